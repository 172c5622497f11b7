"""The whole way, as a user goes it: file to result to figures, run again, killed, forced, without a compiler."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

import glunet
from glunet.engine import compiler

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")

EXPERIMENT = """
[experiment]
name = "small"
circuit = "cortex"
duration = "{duration}"
cells = 50

[drugs.ketamine]
schedule = "step"
concentration = "3 uM"
onset = "0.1 s"

[axes]
"drugs.ketamine.concentration" = ["0 uM", "3 uM", "100 uM"]
seed = [1, 2]

[set]
"populations.pyramidal.membrane.I_applied" = "250 pA"

[record.pyramidal]
means = ["I_ampa", "I_nmda"]
means_every = "2 ms"
traces = ["v"]
cells = [0, 1]

[record.interneuron]

[figures.raster]
[figures.rates]
[figures.dose_response]
"""


@pytest.fixture
def folder(tmp_path, tmp_path_factory, monkeypatch):
    """An empty working folder with the experiment in it."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(EXPERIMENT.format(duration="0.4 s"))
    return tmp_path


def _glunet(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "glunet", *arguments], capture_output=True, text=True, **options)


def test_file_to_result_to_figures_and_not_twice(folder):
    done = _glunet("run", "small.toml")
    assert done.returncode == 0, done.stderr
    paths = [Path(line) for line in done.stdout.splitlines() if line]
    assert [p.suffix for p in paths[:1]] == [".h5"]
    assert {p.name for p in paths[1:]} >= {"small_raster.png", "small_rates.svg", "small_dose_response.png"}
    assert all(p.stat().st_size > 2000 for p in paths)
    result = glunet.open("results/small")
    assert result.n_replicates == 6
    assert list(np.asarray(result.axis("drugs.ketamine.concentration"))) == pytest.approx([0, 0, 3, 3, 100, 100])
    assert result.mean("pyramidal", "I_ampa").sizes["time"] == 200
    assert result.spikes("pyramidal").times_s.size > 100
    assert np.all(np.asarray(result.schedule("ketamine"))[:, 0] == 0)
    stamp = paths[0].stat().st_mtime_ns
    assert _glunet("run", "small.toml").returncode == 0
    assert paths[0].stat().st_mtime_ns == stamp
    first = h5py.File(paths[0])["spikes/pyramidal/timestamps"][:]
    assert _glunet("run", "small.toml", "--force").returncode == 0
    assert paths[0].stat().st_mtime_ns > stamp
    assert np.array_equal(h5py.File(paths[0])["spikes/pyramidal/timestamps"][:], first)


def test_provenance_and_sources_travel_with_the_result(folder):
    assert _glunet("run", "small.toml").returncode == 0
    result = glunet.open("results/small")
    parameter = result.blueprint["populations"]["pyramidal"]["parameters"]["g_Na"]
    assert parameter["unit"] if "unit" in parameter else parameter["value"].endswith("mS/cm**2")
    assert "Pospischil" in parameter["source"]
    assert result.experiment_text == (folder / "small.toml").read_text()
    assert result.provenance["packages"]["brian2"] == "2.10.1"
    assert {"generate", "compile", "run"} <= set(result.timings)


def test_a_killed_run_leaves_nothing_that_reads_as_whole(folder):
    (folder / "small.toml").write_text(EXPERIMENT.format(duration="600 s"))
    process = subprocess.Popen([sys.executable, "-m", "glunet", "run", "small.toml"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stderr:
        if "simulating" in line:
            break
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    process.stdout.close()
    assert not list((folder / "results").rglob("*.h5"))


def test_without_a_compiler_the_runtime_device_takes_over(folder):
    (folder / "small.toml").write_text(EXPERIMENT.format(duration="0.15 s").replace("[1, 2]", "[1]"))
    compiled = _glunet("run", "small.toml", "--results", "compiled")
    assert compiled.returncode == 0, compiled.stderr
    bare = _glunet("run", "small.toml", "--results", "bare", env={**os.environ, "CXX": "no-such-compiler"})
    assert bare.returncode == 0, bare.stderr
    assert sum("runtime device takes over" in line for line in bare.stderr.splitlines()) == 1
    one, two = (glunet.open(f"{name}/small").spikes("pyramidal") for name in ("compiled", "bare"))
    assert np.array_equal(one.cell, two.cell)
    assert one.times_s == pytest.approx(two.times_s, abs=1e-9)


def test_show_prints_equations_values_units_and_sources(folder):
    done = _glunet("show", "small.toml")
    assert done.returncode == 0, done.stderr
    for text in ("dv/dt =", "block_ketamine_GluN2A", "mS/cm**2", "doi:10.1523", "projections.", "populations.pyramidal"):
        assert text in done.stdout.replace("pyramidal_to_pyramidal:", "projections.")
    drawn = _glunet("show", "small.toml", "--diagram", "circuit.png")
    assert drawn.returncode == 0, drawn.stderr
    assert (folder / "circuit.png").stat().st_size > 5000
