"""`glunet calibrate`: mistakes are one line and exit code 2; the picture and the lines of a search."""

from __future__ import annotations

import numpy as np
import pytest
import typer

from glunet import cli
from glunet.calibration.generation import Scored
from glunet.calibration.load import load
from glunet.calibration.log import Entry
from glunet.calibration.picture import draw
from glunet.calibration.run import Teller, summary
from glunet.calibration.search import best
from glunet.commands.calibrate import register
from glunet.figures.search import RowSeen, place


@pytest.fixture
def called(monkeypatch, capsys):
    """Run the command; gives exit code, standard output and standard error."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    register(app)
    monkeypatch.setattr(cli, "app", app)

    def call(*argv: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["calibrate", *argv])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return call


@pytest.mark.parametrize(("change", "told"), [
    (("membrane.I_applied", "membrane.I_aplied"), "did you mean 'I_applied'"),
    (('metric = "rate_hz"', 'metric = "rate_herz"'), "did you mean 'rate_hz'"),
    (('low = "0 pA"', 'low = "0 nS"'), "wrong dimension"),
    (('low = "0 pA"', 'low = "700 pA"'), "low below high"),
    (("[calibration]", "[calibration"), "line 2"),
])
def test_mistakes_end_in_one_line_and_code_2(called, written, tmp_path, change, told):
    code, out, err = called(str(written(change)), "--results", str(tmp_path / "results"))
    assert (code, out) == (2, "")
    assert err.startswith("glunet: ")
    assert err.count("\n") == 1
    assert told in err
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("argv", [("nowhere.toml",), ("nowhere",), ("cortex", "--device", "abacus"),
                                  ("cortex", "--force", "--report")])
def test_wrong_arguments_end_in_one_line_and_code_2(called, argv):
    code, _, err = called(*argv)
    assert code == 2
    assert err.count("\n") == 1


def entries(number: int) -> list[Entry]:
    random, found = np.random.default_rng(2), []
    for k in range(number):
        values = random.normal([3.0, 9.0, 1.6], 0.5 + 3 / (k + 1), (6, 3))
        values[1] = np.nan
        costs = np.abs(values - [3.0, 9.0, 1.5])
        costs[1] = 10.0
        scored = Scored(costs.sum(axis=1), values, costs, costs[:, 0] > 9)
        found.append(Entry("generation", (1,), random.random((6, 2)), scored, 2.0))
    return found


@pytest.mark.parametrize("number", [1, 12])
def test_the_picture_shows_every_row_and_parameter(written, number):
    calibration = load(written())
    figure = draw(calibration, entries(number))
    figure.canvas.draw()
    shown = [text.get_text() for axes in figure.axes for text in (*axes.get_yticklabels(), *axes.texts)]
    for wanted in ("C1 pyramidal rate hz", "mine", "pyramidal: I applied", "interneuron: fraction GluN2D"):
        assert wanted in shown
    assert any("(0.5 to 5)" in text for text in shown)
    assert any("1.5 ± 0.2" in text for text in shown)
    assert any("0.2 to 0.8" in text for text in shown)


def test_places_of_values_in_their_bands():
    band = RowSeen("", 2.0, 4.0, 0.5, 0, 0)
    assert [place(band, x) for x in (2.0, 3.0, 4.0, 1.5, 5.0)] == [0.0, 0.5, 1.0, -1.0, 3.0]
    point = RowSeen("", 2.0, 2.0, 0.5, 0, 0)
    assert [place(point, x) for x in (1.5, 2.0, 2.5, 4.0)] == [0.0, 0.5, 1.0, 2.5]
    half = RowSeen("", 2.0, np.inf, 0.5, 0, 0)
    assert place(half, 1.0) == -2.0
    assert 0 < place(half, 2.1) < place(half, 50.0) < 1
    assert np.isnan(place(band, np.nan))


def test_lines_of_progress_and_summary(written):
    calibration, done = load(written()), entries(3)
    log = type("Log", (), {"generations": done})()
    line = Teller(10, log, None).line()
    assert line.startswith("generation 3 of 10 · best ")
    assert f"best {best(done).score:.4g}" in line
    assert line.endswith("2 s each · 14 s left")
    lines = summary(calibration, best(done))
    assert len(lines) == 1 + 3
    assert "score after 3 generations" in lines[0]
    assert "C1 pyramidal_rate_hz" in lines[1]
