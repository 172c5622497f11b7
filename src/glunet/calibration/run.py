"""The door: a calibration file in; a search that goes on where it stopped, its overlay and its figure out."""

from __future__ import annotations

import hashlib
import json
import sys
import time
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glunet import library, provenance
from glunet.calibration import generation, overlay
from glunet.calibration.log import Entry, Log, opened, read
from glunet.calibration.search import Best, Plan, best, search
from glunet.calibration.types import Calibration
from glunet.engine.simulate import NO_COMPILER, usable
from glunet.errors import GlunetError, InputError
from glunet.progress import Progress, span


@dataclass(frozen=True)
class Search:
    """A calibration with its places in the folder of results."""

    calibration: Calibration
    key: str
    stem: Path

    @property
    def log(self) -> Path:
        """Where the generations are kept."""
        return self.stem.with_name(f"{self.stem.name}.search.jsonl")

    @property
    def overlay(self) -> Path:
        """Where the best candidate is written."""
        return self.stem.with_name(f"{self.stem.name}.best.toml")


def key_of(calibration: Calibration) -> str:
    """12 hex digits of everything that decides a search's course.

    Not in it: titles, sources, comments, the device, and when to stop, so that a search with more generations goes on.
    Files are taken as text and not as computed arrays, whose last digits differ between processors.
    """
    header = calibration.header.model_dump(exclude={"title", "device", "max_generations", "stop_score", "targets"})
    drugs = sorted({drug for condition in calibration.conditions.values() for drug in condition.experiment.drugs})
    states = sorted({state for condition in calibration.conditions.values() for state in condition.experiment.conditions})
    files = [library.find("circuits", calibration.header.circuit), library.find("receptors", "nmda"),
             *(library.find("drugs", drug) for drug in drugs), *(library.find("conditions", state) for state in states)]
    conditions = {name: {"window": condition.window, "set": condition.experiment.overrides,
                         "drugs": {drug: dose.model_dump() for drug, dose in condition.experiment.drugs.items()},
                         # only where there are any: a search without them keeps its key
                         **({"conditions": {state: course.model_dump()
                                            for state, course in condition.experiment.conditions.items()}}
                            if condition.experiment.conditions else {})}
                  for name, condition in calibration.conditions.items()}
    parameters = [{key: value for key, value in asdict(parameter).items() if key != "source"}
                  for parameter in calibration.parameters]
    one = generation.blueprint(calibration, _start(calibration)[None, :], calibration.header.seeds[:1])
    content = {"header": header, "set": calibration.fixed, "parameters": parameters, "conditions": conditions,
               "rows": [asdict(row) for row in calibration.rows], "equations": one.model_digest(),
               "files": [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _start(calibration: Calibration) -> Any:
    """Where the search begins, float64[P]."""
    return np.array([parameter.place(parameter.start) for parameter in calibration.parameters])


def plan_of(calibration: Calibration) -> Plan:
    """What the search goes by."""
    header = calibration.header
    return Plan(_start(calibration), header.sigma, header.candidates, header.seeds,
                header.seeds_per_generation or len(header.seeds), header.max_generations, header.stop_score,
                header.search_seed)


def place(calibration: Calibration, results: Path) -> Search:
    """A calibration's search in the folder of results: ``results/<name>/<name>-<key>.*``."""
    key, name = key_of(calibration), calibration.header.name
    return Search(calibration, key, results / name / f"{name}-{key}")


def calibrate(calibration: Calibration, results: Path, *, force: bool = False, report: bool = False,
              device: str | None = None, progress: Progress | None = None) -> tuple[list[Path], Best]:
    """Search on, and write overlay and figure.

    Parameters
    ----------
    calibration : Calibration
    results : Path
        Folder of all results.
    force : bool
        Begin the search anew.
    report : bool
        Search no further; only write what is known.
    device : str, optional
        Instead of the file's own.
    progress : Progress, optional

    Returns
    -------
    written : list of Path
        Log, overlay, figures.
    best : Best

    Raises
    ------
    GlunetError
        One line each; a failed generation leaves the log as it was.
    """
    found = place(calibration, results)
    if report:
        entries = read(found.log)[1]
        if not entries:
            raise InputError(str(found.log), "search", "nothing stored yet", "the same command without --report")
    else:
        entries = _searched(found, force, device, progress)
    return [found.log, *_written(found, entries)], best(entries)


def _searched(found: Search, force: bool, device: str | None, progress: Progress | None) -> list[Entry]:
    """The entries once the search is over."""
    calibration = found.calibration
    wanted = device or calibration.header.device
    chosen = usable(wanted)
    if chosen != wanted:
        print(NO_COMPILER, file=sys.stderr)
    head = {"calibration": calibration.header.name, "key": found.key, "text": calibration.text,
            "rows": [row.name for row in calibration.rows],
            "parameters": [parameter.path for parameter in calibration.parameters], "provenance": provenance.collect(chosen)}
    with opened(found.log, head, force) as log:
        teller = Teller(calibration.header.max_generations, log, progress)

        def evaluate(points: Any, seeds: Any) -> generation.Scored:
            # models are read anew for every generation: one search must not mix two circuits
            if key_of(calibration) != found.key:
                raise GlunetError(f"{calibration.file}: the circuit or its drugs have changed since the search began; "
                                  "the same command begins a new search of the changed circuit")
            return generation.run(calibration, points, seeds, chosen, teller.within)

        def told() -> None:
            teller.after()
            overlay.save(found.overlay, overlay.text(calibration, best(log.entries), found.key))

        reason = search(plan_of(calibration), evaluate, log, told)
        if progress is not None:
            progress.say(f"search over: {reason}; best score {best(log.entries).score:.4g}")
        return log.entries


def _written(found: Search, entries: list[Entry]) -> list[Path]:
    """Overlay and figure of what is known."""
    from glunet.calibration.picture import draw
    from glunet.figures.catalogue import save

    calibration = found.calibration
    overlay.save(found.overlay, overlay.text(calibration, best(entries), found.key))
    figure = draw(calibration, entries)
    folder = found.stem.parent / "figures"
    return [found.overlay, *save(figure, folder / f"{found.stem.name}_search", calibration.header.title)]


def applied(calibration: Calibration, found: Best, target: Path) -> list[str]:
    """Put the fitted values into a circuit file, made from the circuit's own where it is missing.

    Parameters
    ----------
    calibration : Calibration
    found : Best
    target : Path

    Returns
    -------
    list of str
        Paths that do not stand in a circuit file.

    Raises
    ------
    InputError
    """
    source = target if target.is_file() else library.find("circuits", calibration.header.circuit)
    try:
        text = source.read_text(encoding="utf-8")
        tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(str(source), "file", f"cannot be read ({error})", "a circuit file") from None
    changed, left = overlay.apply(text, overlay.fitted(calibration, found), str(source))
    overlay.save(target, changed)
    return left


class Teller:
    """The progress line: generation, best score, seconds per generation, time left."""

    def __init__(self, generations: int, log: Log, progress: Progress | None) -> None:
        self._total, self._log, self._progress = generations, log, progress
        self._started = time.monotonic()

    def line(self, within: float = 0.0) -> str:
        """How far the search is; `within` is the share of the running generation."""
        done = self._log.generations
        parts = [f"generation {min(len(done) + (within > 0), self._total)} of {self._total}"]
        if done:
            each = float(np.median([entry.seconds for entry in done[-10:]]))
            left = max(self._total - len(done) - within, 0.0) * each
            parts += [f"best {best(done).score:.4g}", f"last {float(done[-1].scored.scores.min()):.4g}",
                      f"{span(each)} each", f"{span(left)} left"]
        return " · ".join(parts)

    def within(self, fraction: float, simulated_s: float, elapsed_s: float, phase: str) -> None:
        """The engine's own progress, as a part of the whole."""
        del simulated_s, elapsed_s
        if self._progress is not None and self._progress.live:
            share = fraction if phase == "simulating" else 0.0
            self._progress.show((len(self._log.generations) + share) / self._total,
                                f"{self.line(share or 1e-9)} · {phase}", "searching")

    def after(self) -> None:
        """A generation is done: a line of its own where there is no live one."""
        if self._progress is None:
            return
        if self._progress.live:
            self._progress.show(len(self._log.generations) / self._total, self.line(), "searching")
        else:
            self._progress.say(self.line())


def summary(calibration: Calibration, found: Best) -> list[str]:
    """The best candidate row by row, as lines."""
    lines = [f"{cost:8.3f}  {row.name:<58}{value:>10.4g}  {overlay.spoken(row.goal)}"
             for row, value, cost in zip(calibration.rows, found.values, found.penalties, strict=True)]
    return [f"{found.score:8.3f}  score after {found.generations} generations", *lines]
