"""Whole generations through the engine: a known answer is found again, a killed command goes on, a broken cell is scored."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from glunet import library
from glunet.calibration import generation
from glunet.calibration.load import load
from glunet.calibration.log import read
from glunet.calibration.run import calibrate, key_of, place
from glunet.engine import compiler
from glunet.errors import GlunetError, InputError

pytest.importorskip("cma")
needs_compiler = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
ONE_PARAMETER = """
[calibration]
name = "known"
circuit = "cortex"
duration = "0.3 s"
cells = 20
seeds = [1]
candidates = 10
max_generations = 4
sigma = 0.3
stop_score = {stop}

[parameters."populations.pyramidal.membrane.I_applied"]
low = "200 pA"
high = "800 pA"
start = "750 pA"
source = "made up for a test"

[conditions.control]
window = ["0.05 s", "0.3 s"]

[objective.rate]
metric = "rate_hz"
population = "pyramidal"
value = {rate}
error = 1.0
condition = "control"
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """One cache for the tests, beside the user's."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def known(folder: Path, rate: float = 10.0, stop: float = 0.0) -> Path:
    path = folder / "known.toml"
    path.write_text(ONE_PARAMETER.format(rate=rate, stop=stop))
    return path


@pytest.mark.slow
@needs_compiler
def test_a_rate_made_with_known_parameters_is_recovered(tmp_path):
    places = np.array([[0.3], *[[x] for x in np.linspace(0, 1, 9)]])
    made = generation.run(load(known(tmp_path)), places, (1,), "cpp_standalone").values[:, 0]
    assert np.ptp(made) > 20                    # the rate tells the current
    calibration = load(known(tmp_path, float(made[0]), 0.5))
    written, found = calibrate(calibration, tmp_path / "results")
    assert found.score <= 0.5
    assert found.values[0] == pytest.approx(made[0], abs=0.6)
    assert found.point[0] == pytest.approx(0.3, abs=0.1)
    start = read(written[0])[1][0].scored.scores[0]
    assert start > 3                            # where it began was far away
    assert all(path.is_file() for path in written)


@needs_compiler
def test_a_candidate_fares_alike_in_any_company(tmp_path):
    calibration = load(known(tmp_path))
    places = np.linspace(0, 1, 10)[:, None]
    first = generation.run(calibration, places, (1,), "cpp_standalone")
    others = np.vstack([places[7:2:-1], np.full((5, 1), 0.05)])
    second = generation.run(calibration, others, (1,), "cpp_standalone")
    assert np.array_equal(second.values[:5], first.values[7:2:-1])
    assert np.ptp(first.values) > 20


@needs_compiler
def test_a_membrane_that_explodes_costs_its_own_candidate_alone(tmp_path):
    path = tmp_path / "broken.toml"
    text = ONE_PARAMETER.format(rate=10.0, stop=0.0)
    path.write_text(text.replace('high = "800 pA"', 'high = "1e308 A"'))
    places = np.zeros((10, 1))
    places[3] = 1.0
    found = generation.run(load(path), places, (1,), "cpp_standalone")
    assert np.isfinite(found.scores).all()
    assert np.flatnonzero(found.bad).tolist() == [3]
    assert found.scores[3] == 10.0
    assert np.ptp(np.delete(found.scores, 3)) == 0
    assert found.scores[0] < 5.0


def test_the_key_follows_what_decides_the_numbers(written):
    key = key_of(load(written()))
    for change in (("max_generations = 2", "max_generations = 9"), ('name = "small"', 'name = "small"\ntitle = "x"'),
                   ('source = "made up for a test"', 'source = "elsewhere"  # and a comment')):
        assert key_of(load(written(change))) == key, change
    for change in (("error = 0.2", "error = 0.3"), ('"600 pA"', '"601 pA"'), ("seeds = [1]", "seeds = [2]"),
                   ('"3 uM"', '"4 uM"'), ("0.75*(1 - x)", "0.7*(1 - x)"), ('"6 1/s"', '"7 1/s"'), ('["0.1 s"', '["0.12 s"')):
        assert key_of(load(written(change))) != key, change


def test_a_circuit_that_changes_under_a_search_stops_it(written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = Path("models/circuits/cortex.toml")
    own.parent.mkdir(parents=True)
    text = library.find("circuits", "cortex").read_text()
    own.write_text(text)
    calibration, calls = load(written()), []

    def edited(calibration, points, seeds, device, progress):
        calls.append(len(points))
        own.write_text(text.replace('spacing = { value = "20 um"', 'spacing = { value = "21 um"'))
        os.utime(own, (1, len(calls)))
        found = 1.0 + np.repeat(points[:, :1], 3, axis=1)
        return generation.Scored(found.sum(axis=1), found, found, np.zeros(len(points), bool))

    monkeypatch.setattr(generation, "run", edited)
    with pytest.raises(GlunetError, match="have changed since the search began"):
        calibrate(calibration, tmp_path / "results")
    assert calls == [6]


def test_nothing_to_report_is_one_line(written, tmp_path):
    with pytest.raises(InputError, match="nothing stored yet"):
        calibrate(load(written()), tmp_path / "results", report=True)


def _command(path: Path, results: Path) -> list[str]:
    code = ("import sys, typer; from glunet.commands.calibrate import register; app = typer.Typer(); "
            "app.callback()(lambda: None); register(app); app(sys.argv[1:])")
    return [sys.executable, "-c", code, "calibrate", str(path), "--results", str(results)]


@pytest.mark.slow
@needs_compiler
def test_a_command_killed_at_any_time_goes_on_to_the_same_end(tmp_path):
    path = known(tmp_path)
    subprocess.run(_command(path, tmp_path / "whole"), check=True, env=os.environ, capture_output=True)
    whole = read(place(load(path), tmp_path / "whole").log)[1]
    log = place(load(path), tmp_path / "cut").log
    process = subprocess.Popen(_command(path, tmp_path / "cut"), env=os.environ, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (log.is_file() and len(read(log)[1]) >= 2):
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert 2 <= len(read(log)[1]) < len(whole)
    subprocess.run(_command(path, tmp_path / "cut"), check=True, env=os.environ, capture_output=True)
    for one, other in zip(whole, read(log)[1], strict=True):
        assert np.array_equal(one.points, other.points)
        assert np.array_equal(one.scored.scores, other.scored.scores)
