"""Mistakes that only show beside the circuit: parameter paths, axes, populations, variables and figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

# (what is written, what is written instead, the key told, further words of the line)
CASES = {
    "unknown parameter set": (
        '"milieu.Mg_e" =',
        '"milieu.Mg" =',
        'set."milieu.Mg"',
        ["did you mean 'Mg_e'", "Ca_e"],
    ),
    "unknown root": ('"milieu.Mg_e" =', '"millieu.Mg_e" =', 'set."millieu.Mg_e"', ["did you mean 'milieu'"]),
    "half a path": (
        '"milieu.Mg_e" =',
        '"populations.pyramidal.leak" =',
        'set."populations.pyramidal.leak"',
        ["populations.pyramidal.leak.g"],
    ),
    "path too long": (
        '"milieu.Mg_e" =',
        '"milieu.Mg_e.x" =',
        'set."milieu.Mg_e.x"',
        ["unknown parameter 'x'"],
    ),
    "seed set": ('"milieu.Mg_e" = "1 mM"', "seed = 3", 'set."seed"', ["axes"]),
    "dose set": (
        '"milieu.Mg_e" = "1 mM"',
        '"drugs.ketamine.concentration" = "1 uM"',
        'set."drugs.ketamine.concentration"',
        ["[drugs.ketamine]"],
    ),
    "set too high": (
        '"milieu.Mg_e" = "1 mM"',
        '"milieu.Mg_e" = "11 mM"',
        'set."milieu.Mg_e"',
        ["'11 mM' is too high", "from 0 mM up to 10 mM"],
    ),
    "set without unit": ('"1 mM"', "1", 'set."milieu.Mg_e"', ["no unit", "1 mM"]),
    "set to a list": ('"1 mM"', '["1 mM"]', 'set."milieu.Mg_e"', ["1 mM"]),
    "set and swept": (
        '"milieu.Mg_e" = "1 mM"',
        '"populations.pyramidal.leak.g" = "1 mS/cm**2"',
        'axes."populations.pyramidal.leak.g"',
        ["[set]"],
    ),
    "unknown axis": (
        '"populations.pyramidal.leak.g" =',
        '"populations.pyramidal.leek.g" =',
        'axes."populations.pyramidal.leek.g"',
        ["did you mean 'leak'"],
    ),
    "unknown population on an axis": (
        '"populations.pyramidal.leak.g" =',
        '"populations.pyramid.leak.g" =',
        'axes."populations.pyramid.leak.g"',
        ["did you mean 'pyramidal'"],
    ),
    "axis of an absent drug": (
        '"drugs.ketamine.concentration" =',
        '"drugs.memantine.concentration" =',
        'axes."drugs.memantine.concentration"',
        ["no table [drugs.memantine]", "ketamine"],
    ),
    "empty axis": ('["0 uM", "0.3 uM", "1000 nM"]', "[]", 'axes."drugs.ketamine.concentration"', ["empty"]),
    "axis no list": (
        '["0 uM", "0.3 uM", "1000 nM"]',
        '"3 uM"',
        'axes."drugs.ketamine.concentration"',
        ["'3 uM' is not a list"],
    ),
    "negative on an axis": (
        '"0 uM", "0.3 uM"',
        '"-1 uM", "0.3 uM"',
        'axes."drugs.ketamine.concentration"',
        ["'-1 uM' is negative"],
    ),
    "no unit on an axis": ('"0.3 uM"', '"0.3"', 'axes."drugs.ketamine.concentration"', ["'0.3' has no unit"]),
    "bare number on an axis": ('"0.3 uM"', "0.3", 'axes."drugs.ketamine.concentration"', ["0.3"]),
    "wrong dimension on an axis": (
        '"0.3 uM"',
        '"0.3 ms"',
        'axes."drugs.ketamine.concentration"',
        ["'0.3 ms'", "wrong dimension"],
    ),
    "endless on an axis": ('"0.3 uM"', '"inf uM"', 'axes."drugs.ketamine.concentration"', ["not finite"]),
    "unknown unit on an axis": (
        '"0.3 uM"',
        '"0.3 uMol"',
        'axes."drugs.ketamine.concentration"',
        ["'0.3 uMol'", "unknown unit"],
    ),
    "value twice": (
        '"1000 nM"',
        '"300 nM"',
        'axes."drugs.ketamine.concentration"',
        ["'300 nM' is the same", "0.3 uM"],
    ),
    "range the wrong way round": (
        'from = "0.1 mS/cm**2"',
        'from = "20 mS/cm**2"',
        'axes."populations.pyramidal.leak.g"',
        ["'20 mS/cm**2'", "wrong way round"],
    ),
    "range of nothing": (
        'from = "0.1 mS/cm**2"',
        'from = "10 mS/cm**2"',
        'axes."populations.pyramidal.leak.g"',
        ["wrong way round"],
    ),
    "log from zero": (
        'from = "0.1 mS/cm**2"',
        'from = "0 mS/cm**2"',
        'axes."populations.pyramidal.leak.g".from',
        ["logarithm"],
    ),
    "range of one": ("number = 3", "number = 1", 'axes."populations.pyramidal.leak.g".number', ["from 2"]),
    "range of a broken number": (
        "number = 3",
        "number = 3.5",
        'axes."populations.pyramidal.leak.g".number',
        ["3.5"],
    ),
    "unknown spacing": (
        '"log"',
        '"logs"',
        'axes."populations.pyramidal.leak.g".spacing',
        ["did you mean 'log'"],
    ),
    "unknown key of a range": (
        "number =",
        "numbr =",
        'axes."populations.pyramidal.leak.g".numbr',
        ["did you mean 'number'"],
    ),
    "range without end": (', to = "10 mS/cm**2"', "", 'axes."populations.pyramidal.leak.g".to', ["missing"]),
    "broken seed": ("[3, 1]", "[3, 1.5]", "axes.seed", ["1.5 is not a seed", "whole number"]),
    "text seed": ("[3, 1]", '["3"]', "axes.seed", ["'3' is not a seed"]),
    "truth as seed": ("[3, 1]", "[true]", "axes.seed", ["True is not a seed"]),
    "negative seed": ("[3, 1]", "[-3]", "axes.seed", ["-3 is not a seed"]),
    "seed twice": ("[3, 1]", "[3, 3]", "axes.seed", ["3 stands there twice"]),
    "no seeds": ("[3, 1]", "[]", "axes.seed", ["empty"]),
    "seeds the wrong way round": ("[3, 1]", "{from = 3, to = 1}", "axes.seed", ["wrong way round"]),
    "seeds by number": ("[3, 1]", "{from = 1, to = 3, number = 3}", "axes.seed.number", ["from, to"]),
    "unknown population clamped": (
        "[clamp.interneuron]",
        "[clamp.interneurn]",
        "clamp.interneurn",
        ["unknown population", "did you mean 'interneuron'"],
    ),
    "clamp in amperes": ('"-65 mV"', '"-65 pA"', "clamp.interneuron.voltage", ["'-65 pA'"]),
    "unknown population recorded": (
        "[record.pyramidal]",
        "[record.pyramids]",
        "record.pyramids",
        ["did you mean 'pyramidal'"],
    ),
    "unknown recordable": (
        '["I_ampa"]',
        '["I_amp"]',
        "record.pyramidal.means",
        ["unknown variable 'I_amp'", "did you mean 'I_ampa'"],
    ),
    "unknown trace": ('["v"]', '["V"]', "record.pyramidal.traces", ["unknown variable 'V'"]),
    "recorded twice": ('["I_ampa"]', '["I_ampa", "I_ampa"]', "record.pyramidal.means", ["twice"]),
    "means no list": ('["I_ampa"]', '"I_ampa"', "record.pyramidal.means", ["'I_ampa' is not a list"]),
    "negative cell": ("[0, 7]", "[0, -7]", "record.pyramidal.cells.1", ["-7 is below 0"]),
    "spikes by number": ('traces = ["v"]', "spikes = 1", "record.pyramidal.spikes", ["true or false"]),
    "means too rare": ('"2 ms"', '"21 s"', "record.pyramidal.means_every", ["21 s", "20 s"]),
    "means below the step": ('"2 ms"', '"0.01 ms"', "record.pyramidal.means_every", ["1e-05 s", "0.0001 s"]),
    "unknown figure": (
        "[figures.raster]",
        "[figures.rastr]",
        "figures.rastr.kind",
        ["did you mean 'raster'", "rates"],
    ),
    "unknown option": ("number = 4", "numbers = 4", "figures.raster.numbers", ["did you mean 'number'"]),
    "option of another type": (
        "number = 4",
        'number = "4"',
        "figures.raster.number",
        ["'4' is not a number"],
    ),
    "unknown axis drawn": ("number = 4", 'axis = "sead"', "figures.raster.axis", ["did you mean 'seed'"]),
    "window backwards": (
        "number = 4",
        'window = ["8 s", "2 s"]',
        "figures.raster.window",
        ["wrong way round"],
    ),
    "window outside": (
        "number = 4",
        'window = ["8 s", "21 s"]',
        "figures.raster.window",
        ["outside", "20 s"],
    ),
    "window without unit": (
        "number = 4",
        "window = [2, 8]",
        "figures.raster.window",
        ["[2, 8] is no window"],
    ),
    "window no list": ("number = 4", 'window = "8 s"', "figures.raster.window", ["'8 s' is no window"]),
    "bin without unit": ("number = 4", "bin = 3", "figures.raster.bin", ["3 is no duration", "20 ms"]),
    "negative bin": ("number = 4", 'bin = "-3 ms"', "figures.raster.bin", ["'-3 ms' is no duration"]),
    "unknown population drawn": (
        'population = "pyramidal"',
        'population = "pyramids"',
        "figures.raster.population",
        ["did you mean 'pyramidal'"],
    ),
    "figure not a table": (
        "[figures.raster]",
        "[figures]\nrates = 3\n[figures.raster]",
        "figures.rates",
        ["a table"],
    ),
    "figure named as a path": (
        "[figures.raster]",
        '[figures."../raster"]',
        "figures.../raster",
        ["small letters"],
    ),
}


@pytest.mark.parametrize(("old", "new", "key", "words"), CASES.values(), ids=CASES)
def test_a_mistake_gives_one_line_and_exit_code_2(
    refusal: Callable[[str | None, str], str], old: str | None, new: str, key: str, words: list[str]
) -> None:
    line = refusal(old, new)
    assert line.startswith(f"glunet: wrong.toml: {key}: ")
    for word in words:
        assert word in line
