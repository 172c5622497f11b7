"""Conditions in an experiment and in their own files: what they become, and one line for every mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glunet.circuit import paths
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.load import load_condition
from glunet.errors import InputError
from glunet.experiment.load import load, load_text
from glunet.experiment.plan import points
from glunet.library import find, names
from glunet.pipeline import setting
from glunet.vocabulary.schedule import evaluate, held, ramped

LESION = '[conditions.lesion]\nschedule = "step"\nlevel = 0.3\nonset = "4 s"\noffset = "16 s"\nramp = "2 s"\n\n[set]'
# (what is written for the table, the key told, further words of the line)
MISTAKES = {
    "unknown condition": (LESION.replace("lesion", "lesoin"), "conditions.lesoin",
                          ["unknown condition 'lesoin'", "did you mean 'lesion'"]),
    "unknown table": (LESION.replace("conditions", "condition"), "condition", ["unknown key", "did you mean 'conditions'"]),
    "unknown key": (LESION.replace("onset", "onst"), "conditions.lesion.onst", ["did you mean 'onset'"]),
    "not a table": ("[conditions]\nlesion = 3\n[set]", "conditions.lesion", ["3 is not a table"]),
    "level missing": (LESION.replace("level = 0.3\n", ""), "conditions.lesion.level", ["missing", "such as 0.3"]),
    "level negative": (LESION.replace("0.3", "-0.3"), "conditions.lesion.level", ["-0.3 is negative", "from 0"]),
    "level too high": (LESION.replace("0.3", "1.5"), "conditions.lesion.level", ["1.5 is too high", "up to 1"]),
    "level with a unit": (LESION.replace("0.3", '"3 mM"'), "conditions.lesion.level", ["'3 mM'", "wrong dimension"]),
    "level not finite": (LESION.replace("0.3", '"inf"'), "conditions.lesion.level", ["not finite"]),
    "level of truth": (LESION.replace("0.3", "true"), "conditions.lesion.level", ["True"]),
    "unknown schedule": (LESION.replace('"step"', '"stpe"'), "conditions.lesion.schedule", ["did you mean 'step'"]),
    "bolus": (LESION.replace('"step"', '"bolus"'), "conditions.lesion.schedule", ["constant, step"]),
    "onset missing": (LESION.replace('onset = "4 s"\n', ""), "conditions.lesion.onset", ["missing", "step"]),
    "onset of a constant": (LESION.replace('schedule = "step"\n', ""), "conditions.lesion.offset", ["constant", "level"]),
    "onset after the end": (LESION.replace('"4 s"', '"25 s"').replace('offset = "16 s"\n', ""), "conditions.lesion.onset",
                            ["25 s", "20 s"]),
    "offset before onset": (LESION.replace('"16 s"', '"3 s"'), "conditions.lesion.offset", ["3 s", "after 6 s"]),
    "offset within the ramp": (LESION.replace('"16 s"', '"5 s"'), "conditions.lesion.offset", ["end of the ramp at 6 s"]),
    "ramp of no length": (LESION.replace('"2 s"', '"0 s"'), "conditions.lesion.ramp", ["zero", "2 s"]),
    "name of a drug": (LESION.replace("lesion", "ketamine"), "conditions.ketamine", ["a drug", "another name"]),
    "level set twice": (f'{LESION}\n"conditions.lesion.level" = 0.5', 'set."conditions.lesion.level"',
                        ["given twice", "[conditions.lesion]"]),
    "parameter of another": (f'{LESION}\n"conditions.lesoin.share" = 0.5', 'set."conditions.lesoin.share"',
                             ["no table [conditions.lesoin]", "did you mean 'lesion'"]),
    "unknown parameter": (f'{LESION}\n"conditions.lesion.shar" = 0.5', 'set."conditions.lesion.shar"',
                          ["unknown parameter 'shar'", "did you mean 'share'"]),
    "parameter too high": (f'{LESION}\n"conditions.lesion.share" = 2', 'set."conditions.lesion.share"', ["too high", "1"]),
}


@pytest.mark.parametrize(("new", "key", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gives_one_line_and_exit_code_2(refusal: Callable[[str | None, str], str], new: str, key: str,
                                                  words: list[str]) -> None:
    line = refusal("[set]", new)
    assert line.startswith(f"glunet: wrong.toml: {key}: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize(("values", "words"), [
    ("[0, 0.5, 1.2]", ["1.2 is too high", "from 0 up to 1"]), ("[0.5, 0.5]", ["same value"]), ("[]", ["empty"]),
    ('["50 mV"]', ["wrong dimension"]),
])
def test_an_axis_of_levels_is_checked(refusal: Callable[[str | None, str], str], text: str, values: str,
                                      words: list[str]) -> None:
    changed = text.replace("[set]", LESION, 1).replace("[axes]", f'[axes]\n"conditions.lesion.level" = {values}', 1)
    line = refusal(None, changed)
    assert line.startswith('glunet: wrong.toml: axes."conditions.lesion.level": ')
    for word in words:
        assert word in line


def test_an_axis_of_levels_needs_the_table(refusal: Callable[[str | None, str], str]) -> None:
    line = refusal("[axes]", '[axes]\n"conditions.lesion.level" = [0, 1]')
    assert "this experiment has no table [conditions.lesion]" in line


def test_levels_are_numbers_or_percent(bench: Path, text: str) -> None:
    Path("right.toml").write_text(text.replace("[set]", LESION, 1).replace("0.3\n", '"30 percent"\n', 1))
    course = load("right.toml").conditions["lesion"]
    assert (course.level, course.onset, course.offset, course.ramp) == (pytest.approx(0.3), 4.0, 16.0, 2.0)


REAL = """\
[experiment]
name = "real"
circuit = "cortex"
duration = "1 s"

[conditions.gaba_a_loss]
schedule = "step"
level = 0.2
onset = "0.4 s"
ramp = "0.1 s"

[conditions.scn1a_loss]
level = 1

[set]
"conditions.scn1a_loss.interneuron.share" = 0.4

[axes]
"conditions.gaba_a_loss.level" = { from = 0, to = 1, number = 3 }
seed = [1, 2]
"""


def test_points_take_their_level_from_the_axis() -> None:
    experiment = load_text(REAL, "real.toml")
    found = [setting(experiment, point) for point in points(experiment)]
    assert [one.levels["gaba_a_loss"] for one in found[::2]] == [ramped(level, 0.4, None, 0.1) for level in (0.0, 0.5, 1.0)]
    assert all(one.levels["scn1a_loss"] == held(1.0) for one in found)
    assert all(one.values == {"conditions.scn1a_loss.interneuron.share": 0.4} for one in found)
    assert experiment.units == {"conditions.gaba_a_loss.level": "1"}


def test_ramps_are_what_interpolation_gives() -> None:
    times = np.linspace(0, 1, 101)
    wanted = np.interp(times, [0, 0.2, 0.4, 0.7, 0.9], [0, 0, 0.6, 0.6, 0])
    assert evaluate(ramped(0.6, 0.2, 0.7, 0.2), times) == pytest.approx(wanted, abs=1e-5)
    assert np.array_equal(evaluate(ramped(0.6, 0.2, 0.7), times), np.where((times >= 0.2) & (times < 0.7), 0.6, 0.0))


@pytest.mark.parametrize("condition", names("conditions"))
def test_paths_of_a_condition_carry_bounds_and_meaning(condition: str) -> None:
    loaded, known = load_condition(condition), paths.describe("cortex", [], [condition])
    level = known[f"conditions.{condition}.level"]
    assert (level.unit, level.low, level.high, level.meaning) == ("1", 0.0, loaded.highest, loaded.level)
    for act in loaded.acts:
        for key, value in act.values.items():
            assert known[f"{act.path}.{key}"].default == value.si
    assert set(known) - set(paths.describe("cortex", [])) == {
        *(f"conditions.{condition}.{course}" for course in ("level", "onset", "offset", "ramp")), *(
        f"{act.path}.{key}" for act in loaded.acts for key in act.values)}


@pytest.mark.parametrize(("name", "old", "new", "key", "says"), [
    ("gaba_a_loss", "conductance_loss", "conductance_los", "acts[0].mechanism", "did you mean 'conductance_loss'"),
    ("gaba_a_loss", '"conductance_loss"', '"open_channel_block"', "acts[0].mechanism", "unknown condition mechanism"),
    ("gaba_a_loss", "share =", "shar =", "acts[0].parameters.shar", "did you mean 'share'"),
    ("gaba_a_loss", 'value = "1"', 'value = "1.5"', "acts[0].parameters.share", "out of bounds"),
    ("gaba_a_loss", 'value = "1"', 'value = "1 mV"', "acts[0].parameters.share", "wrong dimension"),
    ("gaba_a_loss", "port =", "prot =", "acts[0].prot", "did you mean 'port'"),
    ("gaba_a_loss", 'port = "gate_gaba_a"\n', "", "acts[0].port", "missing"),
    ("gaba_a_loss", 'port = "gate_gaba_a"\n', "port = []\n", "acts[0].port", "missing"),
    ("gaba_a_loss", "title =", "titel =", "condition.titel", "did you mean 'title'"),
    ("gaba_a_loss", 'level = "', 'note2 = "', "condition.note2", "unknown key"),
    ("gaba_a_loss", "title =", "highest = 0\ntitle =", "condition.highest", "above zero"),
    ("gaba_a_loss", 'name = "gaba_a_loss"', 'name = "other"', "condition.name", "not the file's name"),
    ("gaba_a_loss", "[[acts]]", "[acts]", "acts", "is not a list"),
    ("gaba_a_loss", "[condition]", "[conditions]", "condition", "missing"),
    ("gaba_a_loss", "[condition]", "[condition", "file", "not valid TOML"),
    ("high_potassium", 'species = "K_e"\n', "", "acts[0].species", "needs one"),
    ("high_potassium", 'species = "K_e"', 'species = "K_o"', "acts[0].species", "did you mean 'K_e'"),
    ("interneuron_death", "population =", 'species = "K_e"\npopulation =', "acts[0].species", "moves no species"),
    ("four_aminopyridine", 'population = "pyramidal"', 'population = "interneuron"', "acts[1].parameters.share", "already"),
])
def test_mistakes_in_the_file_of_a_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str,
                                             key: str, says: str) -> None:
    _mine(tmp_path, monkeypatch, name, old, new)
    with pytest.raises(InputError) as error:
        load_condition(name)
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith(f"models/conditions/{name}.toml: {key}: ")
    assert says in line


@pytest.mark.parametrize(("name", "old", "new", "key", "says"), [
    ("scn1a_loss", '"interneuron"', '"interneurons"', "acts[0].population", "did you mean 'interneuron'"),
    ("scn1a_loss", '"gate_sodium"', '"gate_sodum"', "acts[0].port", "did you mean 'gate_sodium'"),
])
def test_what_a_circuit_does_not_have_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str,
                                                 new: str, key: str, says: str) -> None:
    _mine(tmp_path, monkeypatch, name, old, new)
    for attempt in (lambda: paths.describe("cortex", [], [name]),
                    lambda: assemble("cortex", [Setting(1, levels={name: held(1.0)})], 0.1, cells=20)):
        with pytest.raises(InputError) as error:
            attempt()
        assert str(error.value).startswith(f"models/conditions/{name}.toml: {key}: ")
        assert says in str(error.value)


def test_a_circuit_without_sodium_channels_has_no_scn1a_loss() -> None:
    with pytest.raises(InputError, match=r"acts\[0\].population: unknown population 'interneuron' in the circuit 'patch'"):
        paths.describe("patch", [], ["scn1a_loss"])


def _mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    """A changed copy of a shipped condition in the user's own models folder."""
    folder = tmp_path / "models" / "conditions"
    folder.mkdir(parents=True)
    text = find("conditions", name).read_text()
    assert old in text
    (folder / f"{name}.toml").write_text(text.replace(old, new, 1))
    monkeypatch.chdir(tmp_path)
