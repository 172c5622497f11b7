"""The progress line."""

from __future__ import annotations

import io

import pytest

from glunet.progress import Progress, describe, describe_sweep, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (3725, "1 h 02 min")],
)
def test_durations_for_the_eye(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_share_simulated_time_speed_and_time_left() -> None:
    # A quarter in 10 s: 30 s are left; 5 s simulated in 10 s: 0.5 s per second.
    assert describe(0.25, 5.0, 10.0).split(" · ") == [" 25 %", "5 s simulated", "0.5 s/s", "30 s left"]


def test_what_cannot_be_known_is_not_told() -> None:
    assert describe(0.0, 0.0, 0.0).strip() == "0 %"
    assert describe(1.0, 0.0, 3.0) == "100 % · took 3 s"


def test_elsewhere_than_on_a_terminal_each_tenth_gets_one_line() -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        for step in range(1001):
            progress(step / 1000, step / 500, step / 100, "simulating")
    lines = stream.getvalue().splitlines()
    assert [line.split("%")[0].strip() for line in lines] == [
        f"simulating: {10 * tenth}" for tenth in range(11)
    ]
    assert "\x1b" not in stream.getvalue()


def test_each_phase_starts_with_a_line() -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        for phase in ("compiling", "simulating"):
            progress(0.0, 0.0, 0.0, phase)
            progress(0.05, 0.0, 0.1, phase)
            progress(1.0, 0.0, 2.0, phase)
    assert [line.split(":")[0] for line in stream.getvalue().splitlines()] == [
        "compiling",
        "compiling",
        "simulating",
        "simulating",
    ]


def test_a_share_beyond_the_ends_is_cut() -> None:
    stream = io.StringIO()
    Progress(stream)(1.0000001, 1.0, 1.0, "simulating")
    assert "100 %" in stream.getvalue()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_terminal_gets_a_live_line() -> None:
    stream = Terminal()
    with Progress(stream) as progress:
        progress(0.0, 0.0, 0.0, "compiling")
        progress(0.5, 1.0, 2.0, "simulating")
    assert "simulating" in stream.getvalue()
    assert "50 %" in stream.getvalue()


def test_a_sweep_is_one_line_with_points_speed_and_time_left() -> None:
    # A quarter in 10 s: 30 s are left; 20 s simulated over all replicates in 10 s.
    line = describe_sweep(12, 64, 0.25, 20.0, 10.0, "2 workers")
    assert line.split(" · ") == ["12 of 64 points", "25 %", "2 s/s", "30 s left", "2 workers"]
    assert describe_sweep(0, 64, 0.0, 0.0, 0.0, "starting") == "0 of 64 points · 0 % · starting"
    assert describe_sweep(64, 64, 1.0, 64.0, 32.0, "").endswith("took 32 s")


def test_what_is_said_stands_above_the_live_line_and_on_a_line_elsewhere() -> None:
    for stream in (Terminal(), io.StringIO()):
        with Progress(stream) as progress:
            progress.show(0.5, "half", "sweep")
            progress.say("batch 3: [no] markup")
        assert "batch 3: [no] markup\n" in stream.getvalue().replace("\r", "")
