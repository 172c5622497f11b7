"""The slow clock's arithmetic: right, and the same bits whether a compiler puts it into vectors or not."""

import subprocess

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine import compiler, exact, reuse
from glunet.engine.simulate import simulate
from glunet.errors import GlunetError
from glunet.vocabulary.schedule import constant

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
SCALAR = (*exact.FLAGS, "-fno-tree-vectorize")
PROGRAM = exact.FUNCTIONS + """
#include <cstdio>
#include <vector>

int main(int, char** names)
{
    std::vector<double> x, found;
    std::FILE* file = std::fopen(names[1], "rb");
    for (double one; std::fread(&one, sizeof one, 1, file);) x.push_back(one);
    const int n = x.size();
    found.resize(5*n);
    const double* from = x.data();
    double* to = found.data();
    #pragma GCC ivdep
    for (int i = 0; i < n; i++) {
        to[i] = exact::exp(from[i]);
        to[n + i] = exact::log(from[i]);
        to[2*n + i] = exact::pow(from[i], 3);
        to[3*n + i] = exact::pow(from[i], -2);
        to[4*n + i] = exact::pow(from[i], 1.4);
    }
    file = std::fopen(names[2], "wb");
    std::fwrite(to, sizeof *to, found.size(), file);
    std::fclose(file);
}
"""


def _computed(folder, flags, x):
    """Exponential, logarithm, cube, inverse square and power 1.4, by a program compiled with those flags."""
    (folder / "program.cpp").write_text(PROGRAM)
    x.tofile(folder / "x")
    program = folder / "program"
    subprocess.run([compiler.compiler(), *flags, "-std=c++11", folder / "program.cpp", "-o", program], check=True)
    subprocess.run([program, folder / "x", folder / "found"], check=True)
    return np.fromfile(folder / "found").reshape(5, -1)


@pytest.fixture(scope="module")
def arguments():
    rng = np.random.default_rng(1)
    return np.concatenate([rng.uniform(-700, 700, 4001), rng.uniform(-2, 2, 4001), np.exp(rng.uniform(-200, 200, 4001)),
                           [0.0, 1.0, -1.0, 708.9, -707.9, 1e4, -1e4, np.inf, -np.inf, np.nan]])


def test_functions_are_right_to_the_last_digits(arguments, tmp_path):
    found = _computed(tmp_path, (*exact.FLAGS, "-march=native"), arguments)
    with np.errstate(all="ignore"):
        wanted = np.array([np.exp(arguments), np.log(arguments), arguments**3, arguments**-2.0, arguments**1.4])
    np.testing.assert_allclose(found[:4], wanted[:4], rtol=5e-16)
    # an error of the logarithm grows with it; no concentration is minus infinity
    np.testing.assert_allclose(found[4][arguments > -np.inf], wanted[4][arguments > -np.inf], rtol=3e-13)


def test_vectors_change_no_bit(arguments, tmp_path):
    found = [_computed(tmp_path, flags, arguments) for flags in ((*exact.FLAGS, "-march=native"), SCALAR, ("-O0",))]
    for other in found[1:]:
        assert np.array_equal(found[0], other, equal_nan=True)


def test_a_circuit_runs_the_same_without_vectors_on_its_slow_clock(monkeypatch, tmp_path):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path))
    values = {f"populations.{name}.membrane.I_applied": 3e-10 for name in ("pyramidal", "interneuron")}
    kept = RecordPlan(traces=("v", "K_e", "Na_i", "unblocked_GluN2A"), cells=tuple(range(8)), traces_every=1e-3)
    plan = assemble("cortex", [Setting(1, values, {"ketamine": constant(3e-3)})], 0.3, cells=60,
                    record={"pyramidal": kept, "interneuron": kept})
    found = []
    for flags in (exact.FLAGS, SCALAR):
        monkeypatch.setitem(compiler.UNITS, "slow", flags)
        monkeypatch.setattr(reuse, "_known", {})
        found.append(simulate(plan))
    assert sum(spikes.cell.size for spikes in found[0]["spikes"].values()) > 50
    for first, second in zip(found[0]["traces"], found[1]["traces"], strict=True):
        assert np.array_equal(first.values, second.values)


def test_a_program_written_differently_is_refused():
    with pytest.raises(GlunetError, match="brian2"):
        exact.operation("for (int i = 0; i < n; i++) x[i] = exp(y[i]);")
