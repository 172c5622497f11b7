"""`glunet sweep` as a user goes it: planned, computed by worker processes, resumed, drawn, and its mistakes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import glunet
from glunet.cli import main
from glunet.engine import compiler

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")

EXPERIMENT = """
[experiment]
name = "tiny"
circuit = "cortex"
duration = "100 ms"
cells = 40

[drugs.ketamine]
schedule = "constant"
concentration = "3 uM"

[axes]
"drugs.ketamine.concentration" = ["0 uM", "3 uM"]
"milieu.Mg_e" = ["0.8 mM", "1.2 mM"]
seed = [1, 2]

[set]
"populations.pyramidal.membrane.I_applied" = "400 pA"

[record.pyramidal]
means = ["I_nmda"]

[record.interneuron]

[figures.rates]
"""


@pytest.fixture
def folder(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(EXPERIMENT)
    return tmp_path


def _glunet(*arguments):
    return subprocess.run([sys.executable, "-m", "glunet", *arguments], capture_output=True, text=True)


def _point(result, replicate):
    """Everything of one point: its labels, spikes of both populations, and a mean."""
    found = [float(result.points[name][replicate]) for name in sorted(result.points)]
    for population in ("pyramidal", "interneuron"):
        data = result.spikes(population)
        mine = data.replicate == replicate
        found += [*data.times_s[mine], *data.cell[mine]]
    return [*found, *np.asarray(result.mean("pyramidal", "I_nmda"))[replicate]]


def test_a_sweep_is_what_one_run_is_and_takes_up_where_it_was_left(folder):
    done = _glunet("sweep", "tiny.toml", "--per-batch", "2", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "tiny: 8 points of 0.1 s" in done.stderr
    assert "8 of 8 points · 100 %" in done.stderr
    plan, *figures = [Path(line) for line in done.stdout.splitlines()]
    assert {path.name for path in figures} >= {"tiny_rates.png"}
    assert all(path.stat().st_size > 2000 for path in figures)
    files = sorted((folder / "results" / "tiny").glob("*.h5"))
    assert len(files) == 4
    swept = glunet.open(plan)
    assert glunet.open("results/tiny").files == swept.files == [Path("results/tiny") / path.name for path in files]
    # a file that is gone and one that is damaged are computed again, and no other
    stamps = {path: path.stat().st_mtime_ns for path in files}
    files[1].unlink()
    assert glunet.open(plan).missing == [(2, 3)]
    assert "missing" in repr(glunet.open(plan))
    half = files[2].read_bytes()[:files[2].stat().st_size // 2]
    files[2].write_bytes(half)
    done = _glunet("sweep", "tiny.toml")
    assert done.returncode == 0, done.stderr
    assert "4 of 2 replicates, 2 stored already" in done.stderr
    told = [line for line in done.stderr.splitlines() if "damaged" in line]
    assert len(told) == 1
    assert f"{files[2].name} is damaged: it is kept as {files[2].name}.damaged" in told[0]
    assert files[2].with_name(files[2].name + ".damaged").read_bytes() == half
    assert {path for path in files if path.stat().st_mtime_ns != stamps[path]} == set(files[1:3])
    # all points as one network, in one process
    done = _glunet("run", "tiny.toml", "--results", "run")
    assert done.returncode == 0, done.stderr
    ran = glunet.open(done.stdout.splitlines()[0])
    assert ran.spikes("pyramidal").times_s.size > 20
    for replicate in range(8):
        assert _point(glunet.open(plan), replicate) == pytest.approx(_point(ran, replicate), rel=1e-9)


def test_a_dry_run_tells_the_plan_and_writes_nothing(folder):
    done = _glunet("sweep", "tiny.toml", "--dry-run", "--per-batch", "4", "--jobs", "1", "--memory", "1 GB")
    assert done.returncode == 0, done.stderr
    for text in ("8 points of 0.1 s on cpp_standalone", "2 of 4 replicates", "1, ", "of 1 GB each", "about", "batch"):
        assert text in done.stdout
    assert [path.name for path in folder.iterdir()] == ["tiny.toml"]


@pytest.mark.parametrize(("option", "value", "told"), [
    ("--time", "30 mV", "a duration above zero"), ("--time", "-1 s", "a duration above zero"),
    ("--memory", "lots", "such as '8 GB'"), ("--memory", "0 GB", "such as '8 GB'"), ("--device", "abacus", "runtime")])
def test_a_bad_option_is_one_line_and_exit_code_2(folder, capsys, option, value, told):
    with pytest.raises(SystemExit) as ended:
        main(["sweep", "tiny.toml", option, value])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"glunet: command line: {option}: ")
    assert told in said
    assert said.count("\n") == 1
    assert not (folder / "results").exists()


def test_bytes_are_read_as_they_are_written():
    from glunet.commands.sweep import bytes_option

    written = {"8 GB": 8e9, "500MB": 5e8, "1.5 gb": 1.5e9, "2 GiB": 2**31, "100": 100, "4k": 4000}
    assert {text: bytes_option("--memory", text) for text in written} == written


def test_two_sweeps_at_once_share_the_work(folder, monkeypatch, tmp_path_factory):
    log = folder / "cache"
    monkeypatch.setenv("GLUNET_CACHE", str(log))
    shared = Path(tmp_path_factory.getbasetemp() / "cache" / "bin")
    log.mkdir()
    if shared.is_dir():
        (log / "bin").symlink_to(shared)      # binaries need not be compiled again; the log is this test's own
    both = [subprocess.Popen([sys.executable, "-m", "glunet", "sweep", "tiny.toml", "--jobs", "1", "--per-batch", size],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for size in ("2", "2")]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0].splitlines()[0] == said[1][0].splitlines()[0]
    assert glunet.open("results/tiny").n_replicates == 8
    computed = [json.loads(line)["replicates"] for line in (log / "batches.jsonl").read_text().splitlines()]
    assert sum(computed) == 8      # every point once, by one of the two
