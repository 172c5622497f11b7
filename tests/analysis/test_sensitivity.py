"""Designs and indices against functions whose indices are known on paper."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from glunet.analysis.design import Design, DesignKind, Range
from glunet.analysis.sensitivity import FEWEST_POINTS, sensitivity
from glunet.errors import GlunetError, InputError

# Ishigami & Homma 1990: sin x + a sin^2 y + b z^4 sin x with x, y, z even over -pi to pi.
A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0]) / VARIANCE
BOTH = B**2 * np.pi**8 * (1 / 18 - 1 / 50) / VARIANCE
TOTAL = FIRST + [BOTH, 0.0, BOTH]
# Coefficients of a linear function on the unit cube: every variance is theirs squared over twelve.
SLOPES = np.array([3.0, -2.0, 1.0])
SHARES = SLOPES**2 / np.sum(SLOPES**2)


def ishigami(rows: np.ndarray) -> np.ndarray:
    """Of rows in their own range."""
    x, y, z = rows.T
    return np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)


def design(kind: DesignKind, samples: int, number: int = 3, second_order: bool = False, seed: int = 1) -> Design:
    """Even ranges from -pi to pi."""
    return Design(kind, samples, {f"p{i}": Range(-np.pi, np.pi) for i in range(number)}, second_order, seed)


def test_sobol_indices_of_ishigami() -> None:
    asked = design("sobol", 2048)
    found = sensitivity(asked, ishigami(asked.rows))
    np.testing.assert_allclose(found.values["S1"], FIRST, atol=0.02)
    np.testing.assert_allclose(found.values["ST"], TOTAL, atol=0.02)
    for index, known in (("S1", FIRST), ("ST", TOTAL)):
        assert np.all((found.low[index] <= known) & (known <= found.high[index]))
        assert np.all(found.high[index] - found.low[index] < 0.25)
    assert found.second is None
    assert np.isnan(found.noise)


def test_second_order_of_ishigami_is_between_the_first_and_the_third() -> None:
    asked = design("sobol", 2048, second_order=True)
    found = sensitivity(asked, ishigami(asked.rows))
    assert found.second is not None
    assert found.second_half is not None
    np.testing.assert_allclose(found.second[np.triu_indices(3, 1)], [0.0, BOTH, 0.0], atol=0.03)
    assert np.all(np.isnan(found.second[np.tril_indices(3)]))
    assert np.all(found.second_half[np.triu_indices(3, 1)] > 0)
    np.testing.assert_allclose(found.values["ST"], TOTAL, atol=0.02)


def test_total_and_first_order_of_a_linear_function_are_the_same() -> None:
    asked = design("sobol", 512)
    found = sensitivity(asked, asked.unit_rows @ SLOPES)
    np.testing.assert_allclose(found.values["S1"], SHARES, atol=0.005)
    np.testing.assert_allclose(found.values["ST"], SHARES, atol=0.005)


def test_intervals_of_sobol_hold_what_they_promise() -> None:
    hits = []
    for seed in range(1, 31):
        asked = design("sobol", 64, seed=seed)
        found = sensitivity(asked, ishigami(asked.rows))
        hits.append([(found.low[k] <= known) & (known <= found.high[k]) for k, known in (("S1", FIRST), ("ST", TOTAL))])
    assert np.mean(hits) > 0.9


@pytest.mark.parametrize(("function", "known"), [(ishigami, FIRST), (lambda rows: rows @ SLOPES, SHARES)])
def test_rbd_fast_finds_first_order_in_a_latin_hypercube(function, known) -> None:
    asked = design("latin_hypercube", 1000)
    found = sensitivity(asked, function(asked.rows))
    assert list(found.values) == ["S1"]
    np.testing.assert_allclose(found.values["S1"], known, atol=0.06)
    assert np.all((found.low["S1"] <= known) & (known <= found.high["S1"]))


def test_morris_finds_the_slopes_of_a_linear_function_and_no_spread() -> None:
    asked = design("morris", 12)
    found = sensitivity(asked, asked.unit_rows @ SLOPES)
    np.testing.assert_allclose(found.values["mu_star"], np.abs(SLOPES), rtol=1e-9)
    np.testing.assert_allclose(found.values["sigma"], 0.0, atol=1e-9)
    np.testing.assert_allclose(found.high["mu_star"] - found.low["mu_star"], 0.0, atol=1e-9)
    assert np.all(np.isnan(found.low["sigma"]))


def test_morris_spread_tells_an_interaction() -> None:
    # Effect of x in x y is y, of y in x y is x: on a grid of four levels the mean is a half, the spread that of the grid.
    asked = design("morris", 400, number=2)
    found = sensitivity(asked, asked.unit_rows.prod(axis=1))
    np.testing.assert_allclose(found.values["mu_star"], 0.5, atol=0.04)
    np.testing.assert_allclose(found.values["sigma"], np.std([0, 1 / 3, 2 / 3, 1]), atol=0.03)


def test_one_parameter_explains_all() -> None:
    for kind in ("sobol", "morris"):
        asked = design(kind, 64, number=1)
        found = sensitivity(asked, asked.unit_rows[:, 0])
        assert next(iter(found.values.values())) == pytest.approx([1.0], abs=0.02)


def test_seeds_are_averaged_and_their_noise_is_told() -> None:
    asked, random = design("sobol", 1024), np.random.default_rng(1)
    clean = asked.unit_rows @ SLOPES
    shifted = clean + np.array([[-5.0], [0.0], [5.0]])
    alike = sensitivity(asked, shifted)
    np.testing.assert_allclose(alike.values["S1"], sensitivity(asked, clean).values["S1"], atol=1e-9)
    assert alike.noise == pytest.approx(0.0, abs=1e-12)
    spread = np.sqrt(np.sum(SLOPES**2) / 12)
    noisy = sensitivity(asked, shifted + random.normal(0, spread, shifted.shape))
    # Of three seeds' mean a third of one seed's noise is left, beside as much again of signal as one seed has of noise.
    assert noisy.noise == pytest.approx(0.25, abs=0.03)
    np.testing.assert_allclose(noisy.values["ST"], 0.75 * SHARES + 0.25, atol=0.06)


def test_outputs_without_indices_are_refused_in_one_line() -> None:
    asked = design("sobol", 8)
    outputs = asked.unit_rows @ SLOPES
    outputs[[3, 5]] = np.nan
    with pytest.raises(InputError, match="2 of 40 rows have no finite value"):
        sensitivity(asked, outputs)
    with pytest.raises(InputError, match="all are 2; allowed: outputs that vary"):
        sensitivity(asked, np.full(40, 2.0))
    few = design("latin_hypercube", FEWEST_POINTS - 1)
    with pytest.raises(InputError, match="63 points are too few for RBD-FAST; allowed: 64 or more"):
        sensitivity(few, few.unit_rows[:, 0])
    with pytest.raises(ValueError, match="design of 40 rows"):
        sensitivity(asked, outputs[:-1])


@pytest.mark.parametrize("kind", ["sobol", "latin_hypercube", "morris"])
def test_points_in_any_order_are_found_and_missing_ones_told(kind: DesignKind) -> None:
    asked = Design(kind, 64, {"a": Range(1e-4, 3e-2, "uM", True), "b": Range(-0.08, -0.06, "mV")})
    points = np.array([list(point.values()) for point in asked.points()])
    random = np.random.default_rng(1)
    points = points[random.permutation(len(points))]
    found = asked.find(points)
    np.testing.assert_array_equal(points[found], asked.rows)
    lost = points[7]
    left = np.delete(points, 7, axis=0)
    found = asked.find(left)
    np.testing.assert_array_equal(found < 0, np.all(asked.rows == lost, axis=1))
    # The last digits may differ between machines; another value is another point.
    assert np.all(asked.find(points * (1 + 1e-14)) >= 0)
    assert np.any(asked.find(points * (1 + 1e-4)) < 0)
    assert np.all(asked.find(np.empty((0, 2))) < 0)
    assert np.all(asked.find(-points) < 0)


def test_values_stay_within_their_range_and_ends_are_met() -> None:
    for ends in (Range(0.3, 0.9), Range(1e-4, 3e-2, "uM", True), Range(-0.08, -0.0600000001)):
        unit = np.linspace(0, 1, 11)
        values = ends.at(unit)
        assert (values[0], values[-1]) == (ends.low, ends.high)
        np.testing.assert_allclose(ends.place(values), unit, atol=1e-10)


def test_without_salib_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = design("sobol", 8)
    outputs = asked.unit_rows[:, 0]
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(GlunetError, match="pip install"):
        sensitivity(asked, outputs)
