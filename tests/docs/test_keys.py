"""The tables that are made from the code say what the code says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from glunet.experiment.load import load
from glunet.experiment.types import ExperimentFile

SPEC = importlib.util.spec_from_file_location("docs_generate", Path(__file__).parents[2] / "docs" / "generate.py")
assert SPEC is not None
assert SPEC.loader is not None
generate = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(generate)


def test_every_table_and_key_is_told() -> None:
    text = generate.experiment_keys()
    for name, field in ExperimentFile.model_fields.items():
        assert f"## `[{field.alias or name}" in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    assert all("||" not in row.replace(" ", "").rstrip("|") or row.count("|") >= 4 for row in rows)
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert cells[1], row


@pytest.mark.parametrize(("key", "default"), [
    ("means_every", '`"1 ms"`'), ("traces_every", '`"0.5 ms"`'), ("cells", "`[0]`"), ("spikes", "`true`"),
    ("time", '`"60 min"`')])
def test_defaults_are_written_as_a_file_would(key: str, default: str) -> None:
    assert any(line.startswith(f"| `{key}` ") and line.endswith(f"{default} |")
               for line in generate.experiment_keys().splitlines())


def test_defaults_mean_what_the_types_mean(tmp_path: Path) -> None:
    """Written out, the defaults of [record] change nothing."""
    head = '[experiment]\nname = "x"\ncircuit = "cortex"\nduration = "1 s"\n[record.pyramidal]\n'
    (tmp_path / "a.toml").write_text(head)
    rows = generate._keys(ExperimentFile.model_fields["record"].annotation.__args__[1].model_fields).splitlines()[2:]
    given = [(row.split("|")[1].strip(" `"), row.split("|")[4].strip(" `")) for row in rows]
    (tmp_path / "b.toml").write_text(head + "\n".join(f"{key} = {value}" for key, value in given if value))
    assert load(str(tmp_path / "a.toml")).record == load(str(tmp_path / "b.toml")).record


def test_acts_and_ports_are_those_of_the_code() -> None:
    acts = generate.acts("drug", ("drug", "drug_receptor"))
    assert "`dissociation_constant` (uM, for each subunit)" in acts
    assert "`maximum_block` (1, else `1`)" in acts
    assert "gate_nmda_<subunit>" in generate.ports()


README = Path(__file__).parents[2] / "README.md"


def test_the_scoreboard_of_the_readme_is_the_stored_one() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == generate.readme(text)
    rows = json.loads((README.parent / "validation" / "table.json").read_text(encoding="utf-8"))["rows"]
    told = {line.split("]")[0].lstrip("| ["): line for line in text.splitlines()
            if line.startswith("| [") and "](validation/" in line}
    assert set(told) == {row["id"] for row in rows}
    for row in rows:
        assert (row["metric"] in told[row["id"]]) == (row["verdict"] != "pass")


@pytest.mark.parametrize("file", ["models/drugs/ap5.toml", "models/conditions/gaba_a_loss.toml",
                                  "src/glunet/mechanisms/membrane/potassium_slow.py"])
def test_files_that_the_readme_shows_whole_are_those_shipped(file: str) -> None:
    shown = README.read_text(encoding="utf-8").split(f"`{file}`, whole:\n\n```", 1)[1].split("\n", 1)[1].split("```", 1)[0]
    assert shown == (README.parent / file).read_text(encoding="utf-8")
