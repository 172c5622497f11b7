"""The search: CMA-ES of the library cma, told again from the log, so that a resumed search goes on as if never cut."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glunet.calibration.generation import Scored
from glunet.calibration.log import Entry, Log
from glunet.calibration.types import FloatArray
from glunet.errors import GlunetError

Evaluate = Callable[[FloatArray, Sequence[int]], Scored]
_PHRASES = {"tolx": "the steps have become too small", "tolfun": "the scores no longer differ",
            "tolflatfitness": "the scores no longer differ", "tolfunhist": "the scores no longer differ"}


@dataclass(frozen=True)
class Plan:
    """What a search goes by.

    Parameters
    ----------
    start : float64[P]
        Between 0 and 1 in every dimension; the first candidate of the first generation.
    sigma : float
        First step.
    candidates : int
        Per generation.
    seeds : tuple of int
        All seeds of the simulations.
    per_generation : int
        How many of them each generation sees, in turn.
    max_generations : int
    stop_score : float
    search_seed : int
        Of the optimiser.
    """

    start: FloatArray
    sigma: float
    candidates: int
    seeds: tuple[int, ...]
    per_generation: int
    max_generations: int
    stop_score: float
    search_seed: int

    @property
    def turns(self) -> bool:
        """Whether a generation sees only some of the seeds."""
        return self.per_generation < len(self.seeds)

    def seeds_of(self, generation: int) -> tuple[int, ...]:
        """The seeds of a generation, counted from 0."""
        first = generation * self.per_generation
        return tuple(self.seeds[(first + k) % len(self.seeds)] for k in range(self.per_generation))


class Optimiser:
    """CMA-ES in the unit cube with random numbers of its own: nothing else that draws can change its course."""

    def __init__(self, plan: Plan) -> None:
        try:
            import cma
        except ImportError:
            raise GlunetError("the package cma is not installed: pip install 'glunet[calibrate]'") from None
        generator = np.random.default_rng(plan.search_seed)
        self._dimensions = len(plan.start)
        # the library knows no search in one dimension: a second one, which nobody reads, does no harm
        start = np.append(plan.start, [0.5]) if self._dimensions == 1 else np.asarray(plan.start, float)
        options: dict[str, Any] = {
            "popsize": plan.candidates, "bounds": [0.0, 1.0], "seed": float("nan"), "verbose": -9, "maxiter": np.inf,
            "randn": lambda *shape: generator.standard_normal(shape)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._strategy = cma.CMAEvolutionStrategy(start, plan.sigma, options)
            self._strategy.inject([start], force=True)

    def ask(self) -> FloatArray:
        """The next generation, float64[C, P]."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._asked = self._strategy.ask()
        return np.array(self._asked)[:, :self._dimensions]

    def tell(self, points: FloatArray, scores: FloatArray) -> None:
        """Scores of the generation asked for last; where its points are others (another version), those are told."""
        mine = np.array(self._asked)
        if not np.array_equal(mine[:, :self._dimensions], points):
            self._asked = list(np.hstack([points, mine[:, self._dimensions:]]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._strategy.tell(self._asked, [float(score) for score in scores])

    def stop(self) -> str:
        """Why the library would end here, empty where it would not."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reasons = list(self._strategy.stop())
        return _PHRASES.get(reasons[0], f"the optimiser says {reasons[0]}") if reasons else ""


def lowest(entries: Sequence[Entry]) -> float:
    """The lowest score of all, infinite where there is none."""
    return min((float(entry.scored.scores.min()) for entry in entries), default=float("inf"))


def finished(plan: Plan, log: Log, optimiser: Optimiser) -> str:
    """Why the search is over, empty where it is not; where seeds take turns, only a score on all of them counts."""
    done = log.generations
    if lowest(log.confirmations if plan.turns else done) <= plan.stop_score:
        return f"score {plan.stop_score:g} reached"
    if len(done) >= plan.max_generations:
        return f"{plan.max_generations} generations done"
    return optimiser.stop() if done else ""


def search(plan: Plan, evaluate: Evaluate, log: Log, told: Callable[[], None] = lambda: None) -> str:
    """Search on from what the log holds until there is a reason to stop.

    Parameters
    ----------
    plan : Plan
    evaluate : callable
        From points float64[C, P] and seeds to `Scored`.
    log : Log
        Takes every generation as soon as it is scored.
    told : callable
        Called after each generation.

    Returns
    -------
    str
        Why it stopped.
    """
    optimiser = Optimiser(plan)
    for entry in log.generations:
        optimiser.ask()
        optimiser.tell(entry.points, entry.scored.scores)
    while not (reason := finished(plan, log, optimiser)):
        points, seeds, started = optimiser.ask(), plan.seeds_of(len(log.generations)), time.monotonic()
        scored = evaluate(points, seeds)
        log.append(Entry("generation", seeds, points, scored, time.monotonic() - started))
        optimiser.tell(points, scored.scores)
        if plan.turns and scored.scores.min() <= plan.stop_score:
            _confirm(plan, evaluate, log)
        told()
    if plan.turns and log.entries[-1].kind == "generation":
        _confirm(plan, evaluate, log)
    return reason


def _confirm(plan: Plan, evaluate: Evaluate, log: Log) -> None:
    """See the best that were not yet seen with all seeds with all of them: the best of few seeds is partly luck."""
    seen = {point.tobytes() for entry in log.confirmations for point in entry.points}
    scores = np.concatenate([entry.scored.scores for entry in log.generations])
    points = np.vstack([entry.points for entry in log.generations])
    order = [k for k in np.argsort(scores, kind="stable") if points[k].tobytes() not in seen]
    number = max(1, plan.candidates * plan.per_generation // len(plan.seeds))
    chosen, started = points[order[:number]], time.monotonic()
    scored = evaluate(chosen, plan.seeds)
    log.append(Entry("confirmation", plan.seeds, chosen, scored, time.monotonic() - started))


@dataclass(frozen=True)
class Best:
    """The best candidate so far: its point, its numbers by row, and how many generations were seen."""

    point: FloatArray
    score: float
    values: FloatArray
    penalties: FloatArray
    generations: int
    seeds: tuple[int, ...]


def best(entries: Sequence[Entry]) -> Best:
    """The best candidate: of those seen with all seeds where there are such, else of all generations."""
    generations = [entry for entry in entries if entry.kind == "generation"]
    among = [entry for entry in entries if entry.kind == "confirmation"] or generations
    entry = min(among, key=lambda one: float(one.scored.scores.min()))
    k = int(np.argmin(entry.scored.scores))
    return Best(entry.points[k], float(entry.scored.scores[k]), entry.scored.values[k], entry.scored.penalties[k],
                len(generations), entry.seeds)
