"""Every mistake in the table [design]: one line with file, key, value and what is allowed, exit code 2."""

from __future__ import annotations

from collections.abc import Callable

import pytest

DOSE = '"drugs.ketamine.concentration" = {low = "0.1 uM", high = "30 uM", scale = "log"}'
LEAK = '"populations.pyramidal.leak.E" = ["-80 mV", "-60 mV"]'
DESIGN = f"""\
[design]
kind = "sobol"
samples = 8

[design.ranges]
{DOSE}
{LEAK}

[axes]
seed = [3, 1]
"""
ALSO = 'design.ranges."milieu.Ca_e"'

# (what is written, what is written instead, the key told, further words of the line)
CASES = {
    "unknown kind": ('"sobol"', '"sobl"', "design.kind", ["'sobl'", "morris", "did you mean 'sobol'"]),
    "missing kind": ('kind = "sobol"\n', "", "design.kind", ["missing", "latin_hypercube"]),
    "missing samples": ("samples = 8\n", "", "design.samples", ["missing", "whole number"]),
    "missing ranges": (f"[design.ranges]\n{DOSE}\n{LEAK}\n", "", "design.ranges", ["missing", "[design.ranges]"]),
    "no ranges": (f"{DOSE}\n{LEAK}\n", "", "design.ranges", ["is empty", "one parameter or more"]),
    "unknown key": ("samples =", "sample =", "design.sample", ["unknown key", "did you mean 'samples'"]),
    "no power of two": ("samples = 8", "samples = 100", "design.samples",
                        ["100 is not a power of two", "such as 64 or 128"]),
    "broken number": ("samples = 8", "samples = 8.5", "design.samples", ["8.5 is not a whole number"]),
    "one sample": ("samples = 8", "samples = 1", "design.samples", ["1 is below 2"]),
    "too many samples": ("samples = 8", "samples = 1048576", "design.samples", ["1048576 are too many", "up to 100000"]),
    "second order of morris": ('"sobol"', '"morris"\nsecond_order = true', "design.second_order",
                               ["does not belong to kind = 'morris'", "sobol"]),
    "negative seed": ("samples = 8", "samples = 8\nseed = -1", "design.seed", ["-1 is below 0"]),
    "seed of the runs": (LEAK, "seed = [1, 5]", "design.ranges.seed", ["seeds are an axis", "[axes]"]),
    "unknown path": (LEAK, '"milieu.Mg_o" = ["1 mM", "2 mM"]', 'design.ranges."milieu.Mg_o"',
                     ["unknown parameter 'Mg_o' in 'milieu'", "did you mean 'Mg_e'"]),
    "a drug without a table": (LEAK, '"drugs.memantine.concentration" = ["1 uM", "2 uM"]',
                               'design.ranges."drugs.memantine.concentration"', ["no table [drugs.memantine]"]),
    "no whole path": (LEAK, '"populations.pyramidal.leak" = ["1 mM", "2 mM"]', 'design.ranges."populations.pyramidal.leak"',
                      ["not a parameter yet", "populations.pyramidal.leak.E"]),
    "in [set] as well": (LEAK, '"milieu.Mg_e" = ["1 mM", "2 mM"]', 'design.ranges."milieu.Mg_e"', ["[set] as well"]),
    "in [axes] as well": ("[axes]", '"milieu.Ca_e" = ["1 mM", "2 mM"]\n[axes]\n"milieu.Ca_e" = ["1 mM"]', ALSO,
                          ["[axes] as well", "one of the two"]),
    "missing unit": (LEAK, '"milieu.Ca_e" = ["1", "2 mM"]', f"{ALSO}.low", ["'1' has no unit", "'2 mM'"]),
    "number without unit": (LEAK, '"milieu.Ca_e" = [1, 2]', f"{ALSO}.low", ["unit"]),
    "wrong dimension": (LEAK, '"milieu.Ca_e" = ["1 mM", "2 mV"]', f"{ALSO}.high", ["'2 mV'", "wrong dimension"]),
    "wrong way round": (LEAK, '"milieu.Ca_e" = ["2 mM", "1 mM"]', ALSO,
                        ["from '2 mM' to '1 mM' is the wrong way round", "low below high"]),
    "no width": (LEAK, '"milieu.Ca_e" = ["1 mM", "1000 uM"]', ALSO, ["wrong way round"]),
    "out of bounds": (LEAK, '"milieu.Ca_e" = ["-1 mM", "1 mM"]', f"{ALSO}.low", ["'-1 mM' is negative", "from 0 mM"]),
    "too high": (LEAK, '"milieu.Ca_e" = ["1 mM", "11 mM"]', f"{ALSO}.high", ["'11 mM' is too high", "up to 10 mM"]),
    "not finite": (DOSE, '"drugs.ketamine.concentration" = ["1 uM", "inf uM"]',
                   'design.ranges."drugs.ketamine.concentration".high', ["'inf uM' is not finite"]),
    "logarithm of zero": ('low = "0.1 uM"', 'low = "0 uM"', 'design.ranges."drugs.ketamine.concentration".low',
                          ["'0 uM' has no logarithm", "more than zero"]),
    "logarithm of less": (LEAK, LEAK.replace("[", "{low = ").replace(", ", ", high = ").replace("]", ', scale = "log"}'),
                          'design.ranges."populations.pyramidal.leak.E".low', ["'-80 mV' has no logarithm"]),
    "unknown scale": ('"log"', '"logg"', 'design.ranges."drugs.ketamine.concentration".scale',
                      ["unknown scale 'logg'", "did you mean 'log'"]),
    "misspelt end": ("high =", "hihg =", 'design.ranges."drugs.ketamine.concentration".hihg',
                     ["unknown key 'hihg'", "did you mean 'high'"]),
    "missing end": (', high = "30 uM"', "", 'design.ranges."drugs.ketamine.concentration".high',
                    ["missing", "low and high"]),
    "three ends": (LEAK, '"milieu.Ca_e" = ["1 mM", "2 mM", "3 mM"]', ALSO, ["is not a range", "two ends"]),
    "one value": (LEAK, '"milieu.Ca_e" = "1 mM"', ALSO, ["'1 mM' is not a range", "scale"]),
    "design not a table": ("[design]", "design = 3\n[dsign]", "dsign", ["unknown key"]),
    "cluster not a table": ("[experiment]", "cluster = 3\n[experiment]", "cluster", ["3 is not a table"]),
    "a figure along an axis": ("[axes]", "[figures.raster]\n[axes]", "figures.raster.kind",
                               ["'raster' draws levels along an axis", "rates"]),
}


@pytest.mark.parametrize(("old", "new", "key", "words"), CASES.values(), ids=CASES)
def test_a_mistake_gives_one_line_and_exit_code_2(refusal: Callable[[str | None, str], str], text: str, old: str, new: str,
                                                  key: str, words: list[str]) -> None:
    whole = text[:text.index("[axes]")] + DESIGN + text[text.index("[clamp."):text.index("[figures.")]
    assert old in whole
    line = refusal(None, whole.replace(old, new, 1))
    assert line.startswith(f"glunet: wrong.toml: {key}: ")
    for word in words:
        assert word in line


def test_indices_need_a_design(refusal: Callable[[str | None, str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from glunet.figures import catalogue

    kinds = {"sensitivity": SimpleNamespace(OPTIONS={"measure": None})}
    monkeypatch.setattr(catalogue, "kinds", lambda: kinds)
    line = refusal('[figures.raster]\npopulation = "pyramidal"\nnumber = 4\n', "[figures.sensitivity]\n")
    assert "figures.sensitivity.kind: 'sensitivity' needs the points of a design" in line
