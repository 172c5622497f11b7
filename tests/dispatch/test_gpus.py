"""Several GPUs: one worker process for each, and each worker sees its own."""

from types import SimpleNamespace

from glunet.dispatch import local, machine
from glunet.engine import gpu
from glunet.errors import GlunetError

CARDS = [gpu.Device("card", f"GPU-{letter}", "9.0", 1) for letter in "abc"]


def test_there_is_a_worker_for_every_gpu(monkeypatch):
    monkeypatch.setattr(gpu, "devices", lambda: CARDS)
    assert machine.limits("cuda_standalone").jobs == 3
    assert machine.limits("cuda_standalone", jobs=1).jobs == 1

    def none():
        raise GlunetError("no GPU")

    monkeypatch.setattr(gpu, "devices", none)
    assert machine.limits("cuda_standalone").jobs == 1


def test_a_worker_is_started_with_the_gpu_that_is_free(monkeypatch):
    started = []

    class Process:
        def __init__(self, target, args, **_):
            started.append(args[-1].get(gpu.VISIBLE))

        def start(self):
            pass

    pipe = SimpleNamespace(close=lambda: None)
    context = SimpleNamespace(Pipe=lambda: (pipe, pipe), Process=Process)
    monkeypatch.setattr(local.multiprocessing, "get_context", lambda _: context)
    monkeypatch.delenv(gpu.VISIBLE, raising=False)
    plan = SimpleNamespace(path="plan", device="cuda_standalone")
    sweep = local._Sweep(plan, 3, None, local.deque("1234"), 4, cards=[one.uuid for one in CARDS])
    local._staff(sweep)
    assert started == ["GPU-a", "GPU-b", "GPU-c"]
    del sweep.workers[1]                    # it was killed; the next one takes its place
    local._staff(sweep)
    assert started[3:] == ["GPU-b"]
    sweep.cards, sweep.workers = [], []     # no GPU wanted: the environment is left alone
    local._staff(sweep)
    assert started[4:] == [None, None, None]
