"""Pages that follow from the code: keys of an experiment file, acts, ports, and one page per module of the analysis.

`conf.py` calls `write_all` before each build; what it writes (docs/_generated, docs/_api) is not kept in the repository.
The scoreboard in README is kept: `python docs/generate.py` writes it anew after `glunet validate`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from glunet import analysis
from glunet.circuit.load import load_circuit
from glunet.dispatch.cluster import Cluster
from glunet.experiment.load import _inner as inner_model
from glunet.experiment.types import ExperimentFile
from glunet.figures import catalogue
from glunet.library import names
from glunet.mechanisms.catalogue import mechanisms
from glunet.validation import table as scores
from glunet.vocabulary.parameter import Parameter

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- scoreboard: python docs/generate.py -->\n", "<!-- end of the scoreboard -->"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(head), ["---"] * len(list(head)), *(list(row) for row in rows)]
    safe = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in safe)


def _default(field: FieldInfo) -> str:
    """What holds where a key is not given; floats are times in seconds."""
    value = field.get_default(call_default_factory=True)
    if field.is_required():
        return "needed"
    if value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, float):
        return f'`"{value * 1e3:g} ms"`' if value < 1 else f'`"{value / 60:g} min"`'
    if isinstance(value, tuple):
        return f"`{list(value)}`"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _keys(fields: dict[str, FieldInfo]) -> str:
    """The keys of one table of the file."""
    told = any(field.title for field in fields.values())
    rows = [[f"`{field.alias or name}`", *([field.title or ""] if told else []), field.description or "", _default(field)]
            for name, field in fields.items()]
    return table(["Key", *(["What it is"] if told else []), "Allowed", "If not given"], rows)


def experiment_keys() -> str:
    """Every table of an experiment file with its keys."""
    parts = []
    for name, field in ExperimentFile.model_fields.items():
        model = Cluster if name == "cluster" else inner_model(field.annotation)
        several = "" if model is None or "dict" not in str(field.annotation) or name == "cluster" else ".<name>"
        several = ".<population>" if name in ("clamp", "record") else several
        parts += [f"## `[{field.alias or name}{several}]`", f"{(field.title or '').capitalize()}."]
        if name == "figures":
            parts += [_figures()]
        elif model is not None:
            parts += [_keys(model.model_fields)]
    return "\n\n".join(parts)


def _figures() -> str:
    """Kinds of figure and their options."""
    rows = []
    for kind in catalogue.kinds().values():
        text = (Path(catalogue.__file__).with_name(f"{kind.name}.py")).read_text(encoding="utf-8")
        told = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
        options = ", ".join(f"`{key}`" if value is None else f"`{key}` = `{_toml(value)}`"
                            for key, value in kind.OPTIONS.items())
        rows.append([f"`{kind.name}`", told, options])
    return table(["`kind`, or the table's name", "What it shows", "Options and their defaults"], rows)


def _toml(value: Any) -> str:
    """A literal as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def acts(kind: str, tables: tuple[str, ...]) -> str:
    """What a drug or a condition can do, with the constants that each act takes."""
    rows = []
    for mechanism in mechanisms().values():
        if kind in mechanism.per:
            constants = [_constant(parameter, name) for name in tables for parameter in mechanism.table(name)]  # type: ignore[arg-type]
            rows.append([f"`{mechanism.name}`", mechanism.summary, "; ".join(constants) or "none"])
    return table(["`mechanism`", "What it does", "Constants"], rows)


def _constant(parameter: Parameter, among: str) -> str:
    """A constant of an act, named as files name it."""
    name = parameter.name.split("_{")[0]
    default = "" if parameter.value is None else f", else `{parameter.value}`"
    each = ", for each subunit" if among == "drug_receptor" else ""
    return f"`{name}` ({parameter.unit}{each}{default})"


def ports() -> str:
    """Ports that scale something, at which conditions and drugs act, with the populations and circuits that have them."""
    found: dict[str, tuple[str, dict[str, None], dict[str, None]]] = {}
    # `patch` holds receptors for the tests of drugs, not cells
    for circuit in (name for name in names("circuits") if name != "patch"):
        for population in load_circuit(circuit).populations.values():
            offered = [port for word in population.mechanisms for port in mechanisms()[word].ports]
            for port in (port for port in offered if port.join == "product"):
                name, told = (text.replace("{s}", "<subunit>") for text in (port.name, port.meaning))
                _, hosts, circuits = found.setdefault(name, (told, {}, {}))
                hosts[population.name] = circuits[circuit] = None
    rows = [[f"`{name}`", told.replace("<", "&lt;"), ", ".join(hosts), ", ".join(circuits)]
            for name, (told, hosts, circuits) in found.items()]
    return table(["Port", "What it scales", "Populations", "Circuits"], rows)


def scoreboard() -> str:
    """The table of validation/ in short: a line for each published observation, numbers only where one is missed."""
    stored = scores.load(ROOT / "validation")
    assert stored is not None
    counts = ", ".join(f"{sum(row.verdict == word for row in stored.rows)} {word}" for word in scores.VERDICTS)
    rows = []
    for id_, target in scores.targets().items():
        lines = [row for row in stored.rows if row.id == id_]
        missed = [f"{row.verdict}: {row.metric} {scores.number(row.value)} (band {scores.band(row)})"
                  for row in lines if row.verdict != "pass"]
        passed = sum(row.verdict == "pass" for row in lines)
        rows.append([f"[{id_}](validation/{id_}.md)", target["claim"],
                     "; ".join([*([f"{passed} pass"] if passed else []), *missed])])
    return (f"Of {len(stored.rows)} metrics in {len(rows)} rows: {counts}.\n\n"
            + table(["Row", "Published observation", "Verdict"], rows) + "\n")


def readme(text: str) -> str:
    """README with the scoreboard as it is now."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{scoreboard()}\n{END}{rest.partition(END)[2]}"


def write_all(docs: Path) -> None:
    """Write all pages; those whose content is the same stay untouched, so that a second build is quick."""
    pages = {f"_api/{name}.md": f"# glunet.analysis.{name}\n\n```{{eval-rst}}\n.. automodule:: glunet.analysis.{name}\n"
             "   :members:\n```\n" for name in analysis.modules()}
    pages |= {"_generated/experiment_keys.md": experiment_keys(), "_generated/ports.md": ports(),
              "_generated/drug_acts.md": acts("drug", ("drug", "drug_receptor")),
              "_generated/condition_acts.md": acts("condition", ("condition",))}
    for name, text in pages.items():
        path = docs / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in (docs / "_api").glob("*.md"):
        if f"_api/{path.name}" not in pages:
            path.unlink()


if __name__ == "__main__":
    README = ROOT / "README.md"
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
