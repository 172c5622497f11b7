"""The counter-based generator: published answers, the Poisson law, and one result from every body."""

import subprocess

import numpy as np
import pytest
from scipy import stats

from glunet.engine import compiler
from glunet.engine.noise import _BODY, LARGEST_MEAN, functions, philox, poisson_events


@pytest.mark.parametrize(("low", "high", "key", "answer"), [
    (0x0, 0x0, 0x0, (0xFF1DAE59, 0x6CD10DF2)),
    (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, (0x2C3F628B, 0xAB4FD7AD)),
    (0x243F6A88, 0x85A308D3, 0x13198A2E, (0xDD7CE038, 0xF62A4C12)),
])
def test_known_answers_of_philox_2x32_10(low, high, key, answer):
    assert tuple(int(x) for x in philox(low, key, high)) == answer


@pytest.mark.parametrize("mean", [0.02, 0.2, LARGEST_MEAN])
def test_counts_follow_the_poisson_law(mean):
    cells, steps = np.arange(400, dtype=np.int32), np.arange(500)
    count = poisson_events(cells[:, None], cells[:, None] * 7919, steps[None, :], 0, mean)
    observed = np.bincount(count.astype(int).ravel(), minlength=7)
    expected = stats.poisson.pmf(np.arange(7), mean) * count.size
    use = expected > 5
    assert stats.chisquare(observed[use], expected[use] * observed[use].sum() / expected[use].sum()).pvalue > 1e-4
    assert abs(np.corrcoef(count[:200].ravel(), count[200:].ravel())[0, 1]) < 0.015
    assert abs(np.corrcoef(count[:, :-1].ravel(), count[:, 1:].ravel())[0, 1]) < 0.015


def test_streams_are_independent():
    cells, steps = np.arange(300, dtype=np.int32)[:, None], np.arange(400)[None, :]
    first, second = (poisson_events(cells, cells + 1, steps, stream, 0.3) for stream in (0, 1))
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.015


@pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
def test_the_compiled_body_draws_the_same_numbers(tmp_path):
    rng = np.random.default_rng(3)
    keys = rng.integers(-2**31, 2**31, (2, 2000)).astype(np.int32)
    steps, means = rng.integers(0, 2**40, 2000), rng.uniform(0, LARGEST_MEAN, 2000)
    program = "#include <cstdint>\n#include <cmath>\n#include <cstdio>\n" + _BODY % {"qualifier": "static inline"} + """
        int main() { int a, b, s; long long t; double m;
          while (scanf("%d %d %lld %d %lf", &a, &b, &t, &s, &m) == 5) printf("%g\\n", poisson_events(a, b, t, s, m)); }"""
    (tmp_path / "draw.cpp").write_text(program)
    subprocess.run([compiler.compiler(), "-O2", "draw.cpp", "-o", "draw"], cwd=tmp_path, check=True)
    for stream in (0, 1):
        lines = "\n".join(f"{a} {b} {t} {stream} {float(m)!r}" for a, b, t, m in zip(*keys, steps, means, strict=True))
        done = subprocess.run([tmp_path / "draw"], input=lines, capture_output=True, text=True, check=True)
        compiled = np.array(done.stdout.split(), dtype=float)
        assert np.array_equal(compiled, poisson_events(keys[0], keys[1], steps, stream, means))


@pytest.mark.parametrize("name", ["poisson_events", "linoid"])
@pytest.mark.parametrize("target", ["numpy", "cpp", "cuda"])
def test_every_device_has_a_body(name, target):
    bodies = functions()[name].implementations
    assert target in bodies._implementations
