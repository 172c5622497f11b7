"""The progress line: percentage, simulated time, speed and time left."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

STEP = 0.1


def span(seconds: float) -> str:
    """A duration for the eye: ``8 s``, ``2 min 05 s``, ``1 h 02 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def describe(fraction: float, simulated_s: float, elapsed_s: float) -> str:
    """One line of progress.

    Parameters
    ----------
    fraction : float
        Share of the phase that is done, 0 to 1.
    simulated_s : float
        Simulated seconds so far; 0 in a phase that simulates nothing.
    elapsed_s : float
        Wall-clock seconds of this phase so far.
    """
    parts = [f"{100 * fraction:3.0f} %"]
    if simulated_s > 0:
        parts.append(f"{simulated_s:.4g} s simulated")
        if elapsed_s > 0:
            parts.append(f"{simulated_s / elapsed_s:.3g} s/s")
    if 0 < fraction < 1 and elapsed_s > 0:
        parts.append(f"{span(elapsed_s * (1 - fraction) / fraction)} left")
    elif fraction >= 1:
        parts.append(f"took {span(elapsed_s)}")
    return " · ".join(parts)


def describe_sweep(points: int, of: int, fraction: float, simulated_s: float, elapsed_s: float, note: str) -> str:
    """One line of progress of a whole sweep.

    Parameters
    ----------
    points, of : int
        Points stored, and all that are to be computed.
    fraction : float
        Share of the work that is done, running batches included.
    simulated_s, elapsed_s : float
        Simulated seconds, summed over all replicates, and wall-clock seconds.
    note : str
        What else is to be told, at the end.
    """
    parts = [f"{points} of {of} points", f"{100 * fraction:.0f} %"]
    if simulated_s > 0 and elapsed_s > 0:
        parts.append(f"{simulated_s / elapsed_s:.3g} s/s")
    if 0 < fraction < 1 and elapsed_s > 0:
        parts.append(f"{span(elapsed_s * (1 - fraction) / fraction)} left")
    elif fraction >= 1:
        parts.append(f"took {span(elapsed_s)}")
    return " · ".join([*parts, note] if note else parts)


class Progress:
    """Show progress on a terminal as a live line, elsewhere as one plain line about every 10 %.

    Call it with ``(fraction, simulated_s, elapsed_s, phase)``; use it as a context manager.

    Parameters
    ----------
    stream : file, optional
        Standard error where not given, so that standard output holds results only.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.live = self.stream.isatty()
        self._phase = ""
        self._next = 0.0
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 traceback: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, fraction: float, simulated_s: float, elapsed_s: float, phase: str) -> None:
        """Tell how far the work is.

        Parameters
        ----------
        fraction : float
            Share of this phase, 0 to 1.
        simulated_s, elapsed_s : float
            Simulated and wall-clock seconds.
        phase : str
            What is going on, such as ``compiling`` or ``simulating``.
        """
        fraction = min(max(fraction, 0.0), 1.0)
        self.show(fraction, describe(fraction, simulated_s, elapsed_s), phase)

    def show(self, fraction: float, text: str, phase: str) -> None:
        """The same, with a text of one's own.

        Parameters
        ----------
        fraction : float
            Share of this phase, 0 to 1.
        text, phase : str
        """
        if self.live:
            self._redraw(fraction, text, phase)
        else:
            self._print(fraction, text, phase)

    def say(self, line: str) -> None:
        """A line that stays, above the live one."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=self.stream, flush=True)

    def _print(self, fraction: float, text: str, phase: str) -> None:
        """A plain line at the start of a phase, at each tenth, and at its end."""
        if phase != self._phase:
            self._phase, self._next = phase, 0.0
        # The rounding of a share like 0.3 must not swallow its line.
        if fraction + 1e-9 < self._next:
            return
        self._next = 2.0 if fraction >= 1 else (int(fraction / STEP + 1e-9) + 1) * STEP
        print(f"{phase}: {text.strip()}", file=self.stream, flush=True)

    def _redraw(self, fraction: float, text: str, phase: str) -> None:
        """Update the live line; a new phase gets a line of its own."""
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, SpinnerColumn, TextColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24),
                            TextColumn("{task.fields[text]}"), console=Console(file=self.stream))
            self._bar.start()
        if phase != self._phase or self._task is None:
            if self._task is not None:
                self._bar.update(self._task, completed=1.0)
                self._bar.stop_task(self._task)
            self._phase = phase
            self._task = self._bar.add_task(phase, total=1.0, text="")
        self._bar.update(self._task, completed=fraction, text=text)
