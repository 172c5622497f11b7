"""A headless Chromium, driven over its DevTools protocol: what a reader sees, clicks and points at."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import websocket

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_KEYS = {"Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, ""), "Home": ("Home", 36, ""), "ArrowRight": ("ArrowRight", 39, ""),
         "+": ("Equal", 187, "+")}


class Browser:
    """One page of one Chromium.

    Parameters
    ----------
    profile : Path
        An empty folder for what Chromium keeps.

    Attributes
    ----------
    requests : list of str
        Addresses the page asked for, itself included.
    complaints : list of str
        Console errors, uncaught exceptions, and what the security policy refused.
    """

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._loaded, self._number = 0, 0
        root = ["--no-sandbox"] if os.geteuid() == 0 else []        # its sandbox refuses to work for root
        self._process = subprocess.Popen(
            [CHROMIUM, "--headless=new", *root, "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._socket = websocket.create_connection(self._address(profile), timeout=60, suppress_origin=True)
            targets = self._call("Target.getTargets")["targetInfos"]
            page = next(one["targetId"] for one in targets if one["type"] == "page")
            self._session = self._call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.call(f"{domain}.enable")
            self.resize(1200, 900)
        except BaseException:
            self._process.kill()
            raise

    def _address(self, profile: Path) -> str:
        """Where Chromium listens: it writes a file once it does."""
        told = profile / "DevToolsActivePort"
        for _ in range(600):
            lines = told.read_text().splitlines() if told.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            assert self._process.poll() is None, "Chromium did not start"
            time.sleep(0.1)
        raise AssertionError("Chromium does not listen")

    def _call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        self._socket.send(json.dumps(message))
        while True:
            told = self._read()
            if told.get("id") == self._number:
                assert "error" not in told, told["error"]
                return dict(told["result"])

    def _read(self) -> dict[str, Any]:
        """The next message; events are noted."""
        told = json.loads(self._socket.recv())
        method, params = told.get("method", ""), told.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"].get("exception", params["exceptionDetails"])))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        elif method == "Page.loadEventFired":
            self._loaded += 1
        return dict(told)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A call of the protocol, for the page."""
        return self._call(method, self._session, **params)

    def open(self, address: str) -> None:
        """Open a page and wait until it is there and drawn."""
        self.requests.clear()
        self.complaints.clear()
        before = self._loaded
        self.call("Page.navigate", url=address)
        while self._loaded == before:
            self._read()
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")

    def js(self, expression: str) -> Any:
        """Value of an expression in the page; a promise is waited for."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def choose(self, query: str, value: int) -> None:
        """Choose an option of a select, as a user does."""
        self.js(f"(() => {{ const one = document.querySelector({query!r}); one.value = {value}; "
                "one.dispatchEvent(new Event('change', {bubbles: true})); })()")
        self.settle()

    def place(self, query: str, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
        """Where an element is in the window, scrolled there first."""
        x, y = self.js(f"(() => {{ const one = document.querySelector({query!r}); one.scrollIntoView({{block: 'center'}}); "
                       f"const box = one.getBoundingClientRect(); "
                       f"return [box.x + {across} * box.width, box.y + {down} * box.height]; }})()")
        return x, y

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """A mouse event: mouseMoved, mousePressed, mouseReleased, mouseWheel."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)
        self.settle()

    def click(self, query: str) -> None:
        """Point at an element and click."""
        x, y = self.place(query)
        self.mouse("mouseMoved", x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Press a key."""
        code, number, text = _KEYS[key]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=code, windowsVirtualKeyCode=number, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=code, windowsVirtualKeyCode=number)
        self.settle()

    def picture(self, query: str) -> str:
        """What a canvas shows, as text."""
        return str(self.js(f"document.querySelector({query!r}).toDataURL()"))

    def resize(self, width: int, height: int) -> None:
        """Size of the window."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self, path: Path, whole: bool = False) -> Path:
        """A picture of the window, or of the whole page."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=whole, **(
            {"clip": {**self.call("Page.getLayoutMetrics")["cssContentSize"], "scale": 1}} if whole else {}))
        path.write_bytes(base64.b64decode(found["data"]))
        return path

    def pdf(self, path: Path) -> Path:
        """The page as it prints."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"]))
        return path

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self._call("Browser.close")
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
