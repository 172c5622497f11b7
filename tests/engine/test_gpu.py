"""Which GPUs are found: asked of a pretended driver (a small C library) and a pretended nvidia-smi."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from glunet import doctor, provenance
from glunet.engine import gpu
from glunet.errors import GlunetError

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def uuid(number, kind="GPU"):
    return f"{kind}-{number:08x}-1111-2222-3333-44445555{number:04x}"


A = f"{uuid(10)}|9.0|NVIDIA H100 80GB HBM3"
B = f"{uuid(11)}|8.6|NVIDIA A10"
MANY = ";".join([A, B, *(f"{uuid(n)}|7.5|Tesla T4" for n in range(20, 30))])
SLICES = ";".join(f"{uuid(n, 'MIG')}|9.0|NVIDIA H100 80GB HBM3 MIG 1g.10gb" for n in (1, 2))
LISTED = f"""GPU 0: NVIDIA H100 80GB HBM3 (UUID: {uuid(10)})
  MIG 1g.10gb     Device  0: (UUID: {uuid(1, 'MIG')})
  MIG 1g.10gb     Device  1: (UUID: {uuid(2, 'MIG')})
"""
NVCC = """#!/bin/sh
case "$1" in
--version) echo "Cuda compilation tools, release {0}, V{0}.48" ;;
--list-gpu-arch) printf 'compute_75\\ncompute_80\\ncompute_86\\ncompute_90\\n' ;;
esac
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("driver")
    source = Path(__file__).with_name("fake_driver.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", source, "-o", folder / "libcuda.so.1"], check=True)
    return folder


def _script(folder, name, text):
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(library, tmp_path, monkeypatch):
    """Returns a function that sets what the machine has and what ``CUDA_VISIBLE_DEVICES`` says."""
    def pretend(gpus, visible=None, listed="", driver=True, **more):
        for name in ("CUDA_VISIBLE_DEVICES", gpu.ARCHITECTURE, "FAKE_FAILS", "FAKE_CUDA"):
            monkeypatch.delenv(name, raising=False)
        _script(tmp_path, "nvidia-smi", f"#!/bin/sh\ncat <<'END'\n{listed}END\n")
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("LD_LIBRARY_PATH", str(library if driver else tmp_path))
        monkeypatch.setenv("FAKE_GPUS", gpus)
        for name, value in {**({} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}), **more}.items():
            monkeypatch.setenv(name, value)
    return pretend


@pytest.mark.parametrize(("gpus", "visible", "found"), [
    (A, None, [(10, "9.0")]),
    (f"{A};{B}", None, [(10, "9.0"), (11, "8.6")]),
    (f"{A};{B}", "1", [(11, "8.6")]),
    (f"{A};{B}", "1,0", [(11, "8.6"), (10, "9.0")]),
    (MANY, "11,2", [(29, "7.5"), (20, "7.5")]),
    (f"{A};{B}", uuid(11), [(11, "8.6")]),
    (f"{A};{B}", uuid(11)[:12], [(11, "8.6")]),
    (B, "0", [(11, "8.6")]),                    # a batch system left one of several, and counts from nought
])
def test_the_driver_tells_which_gpus_there_are(machine, gpus, visible, found):
    machine(gpus, visible)
    assert [(one.uuid, one.capability) for one in gpu.devices()] == [(uuid(n), capability) for n, capability in found]
    assert gpu.probe() == gpu.devices()[0]
    assert gpu.architecture() == found[0][1]


def test_every_gpu_can_be_named_although_there_are_more_than_ten(machine):
    machine(MANY)
    for one in gpu.devices():
        with gpu.only(one):
            assert [seen.uuid for seen in gpu.devices()] == [one.uuid]
    assert "CUDA_VISIBLE_DEVICES" not in os.environ


@pytest.mark.parametrize("visible", [None, f"{uuid(1, 'MIG')},{uuid(2, 'MIG')}"])
def test_all_slices_of_a_gpu_are_found_though_a_process_is_shown_one(machine, visible):
    machine(SLICES, visible, LISTED)
    assert [one.uuid for one in gpu.devices()] == [uuid(1, "MIG"), uuid(2, "MIG")]
    assert [gpu.share(worker)["CUDA_VISIBLE_DEVICES"] for worker in range(3)] == [
        uuid(1, "MIG"), uuid(2, "MIG"), uuid(1, "MIG")]


def test_one_slice_that_is_named_is_the_one(machine):
    machine(SLICES, uuid(2, "MIG"), LISTED)
    assert [one.uuid for one in gpu.devices()] == [uuid(2, "MIG")]


def test_workers_get_a_gpu_each(machine):
    machine(f"{A};{B}", "1,0")
    assert [gpu.share(worker) for worker in range(3)] == [
        {"CUDA_VISIBLE_DEVICES": uuid(n)} for n in (11, 10, 11)]


@pytest.mark.parametrize(("given", "says"), [
    ({"gpus": A, "visible": ""}, "CUDA_VISIBLE_DEVICES is '', which hides every GPU"),
    ({"gpus": A, "visible": "-1"}, "CUDA_VISIBLE_DEVICES is '-1', which hides every GPU"),
    ({"gpus": A, "visible": "7", "listed": LISTED},
     f"names '7', which the driver does not find; nvidia-smi -L lists: GPU 0: NVIDIA H100 80GB HBM3 (UUID: {uuid(10)})"),
    ({"gpus": A, "visible": uuid(11)}, f"names '{uuid(11)}', which the driver does not find"),
    ({"gpus": ""}, "no GPU found: the driver is there but shows none"),
    ({"gpus": A, "driver": False}, "no GPU found: the NVIDIA driver (libcuda.so.1) is not here"),
    ({"gpus": A, "driver": False, "listed": LISTED}, "NVIDIA_DRIVER_CAPABILITIES=compute,utility"),
    ({"gpus": A, "FAKE_FAILS": "999"}, "the NVIDIA driver does not work: cuInit: unknown error (999)"),
])
def test_no_usable_gpu_is_one_clear_line(machine, given, says):
    if not given.get("driver", True) and _has_a_driver():
        pytest.skip("this machine has a driver of its own")
    machine(**given)
    for ask in (gpu.devices, gpu.probe, lambda: gpu.share(0)):
        with pytest.raises(GlunetError) as told:
            ask()
        assert says in str(told.value)
        assert "\n" not in str(told.value)


def _has_a_driver():
    return "libcuda.so.1" in subprocess.run(["ldconfig", "-p"], capture_output=True, text=True).stdout


def test_compiler_driver_and_gpu_have_to_fit(machine, tmp_path):
    nvcc = _script(tmp_path, "nvcc", NVCC.format("13.0"))
    machine(A, FAKE_CUDA="13010")
    assert gpu.probe(nvcc).capability == "9.0"
    machine(A, FAKE_CUDA="12040")
    with pytest.raises(GlunetError, match=r"is CUDA 13\.0, but the driver runs programs up to CUDA 12\.4"):
        gpu.probe(nvcc)
    machine(f"{uuid(5)}|7.0|Tesla V100")
    with pytest.raises(GlunetError, match=r"does not compile for Tesla V100, compute capability 7\.0: install an older"):
        gpu.probe(nvcc)


def test_the_architecture_can_be_named_where_there_is_no_gpu(machine, monkeypatch):
    machine("")
    assert gpu.architecture() == gpu.DEFAULT_ARCHITECTURE
    monkeypatch.setenv(gpu.ARCHITECTURE, "8.0")
    assert gpu.architecture() == "8.0"
    monkeypatch.setenv(gpu.ARCHITECTURE, "sm_80")
    with pytest.raises(GlunetError, match="sm_80"):
        gpu.architecture()


def test_there_is_one_way_to_find_the_compiler(tmp_path, monkeypatch, machine):
    machine(A)
    home = tmp_path / "cuda"
    (home / "bin").mkdir(parents=True)
    nvcc = _script(home / "bin", "nvcc", NVCC.format("12.9"))
    monkeypatch.setenv("CUDA_HOME", str(home))
    assert gpu.nvcc() == provenance.nvcc() == nvcc
    assert "release 12.9" in provenance.cuda_compiler()
    assert gpu.release(nvcc) == (12, 9)
    found = {check.name: check for check in doctor.checks()}
    assert found["CUDA compiler"].found
    assert "12.9" in found["CUDA compiler"].detail
    assert found["GPU"].found
    assert "NVIDIA H100" in found["GPU"].detail


def test_doctor_says_why_there_is_no_gpu(machine):
    machine(A, "")
    found = {check.name: check for check in doctor.checks()}["GPU"]
    assert not found.found
    assert "hides every GPU" in found.detail
