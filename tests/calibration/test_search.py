"""The optimiser's loop on functions whose answer is known, without any simulation; killed and taken up again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from glunet.calibration import log as logs
from glunet.calibration.generation import Scored
from glunet.calibration.log import Entry, opened, read
from glunet.calibration.search import Plan, best, search
from glunet.errors import StoreError

pytest.importorskip("cma")
ANSWER = np.array([0.2, 0.7, 0.45])


def plan(**changes) -> Plan:
    given = {"start": np.array([0.5, 0.5, 0.5]), "sigma": 0.25, "candidates": 8, "seeds": (1, 2, 3), "per_generation": 3,
             "max_generations": 6, "stop_score": 0.0, "search_seed": 4}
    return Plan(**{**given, **changes})


class Valley:
    """Squared distance to the answer; draws from numpy's global numbers, as others do; may be told when to die."""

    def __init__(self, dies_in: int | None = None) -> None:
        self.calls: list[tuple[int, ...]] = []
        self.dies_in = dies_in

    def __call__(self, points, seeds) -> Scored:
        np.random.rand(7)
        if len(self.calls) == self.dies_in:
            raise KeyboardInterrupt
        self.calls.append(tuple(seeds))
        answer = ANSWER[:points.shape[1]]
        scores = ((points - answer) ** 2).sum(axis=1) + 0.001 * np.mean(seeds) * len(self.calls) / 100
        return Scored(scores, scores[:, None], scores[:, None], np.zeros(len(points), bool))


def run(path: Path, wanted: Plan, evaluate=None, force: bool = False) -> tuple[str, list[Entry]]:
    with opened(path, {"key": "k"}, force) as log:
        return search(wanted, evaluate or Valley(), log), log.entries


def same(first: list[Entry], second: list[Entry]) -> bool:
    return len(first) == len(second) and all(
        np.array_equal(a.points, b.points) and np.array_equal(a.scored.scores, b.scored.scores) and a.seeds == b.seeds
        for a, b in zip(first, second, strict=True))


def test_the_answer_is_found(tmp_path):
    reason, entries = run(tmp_path / "a.jsonl", plan(max_generations=60, stop_score=2e-3))
    assert reason == "score 0.002 reached"
    assert best(entries).point == pytest.approx(ANSWER, abs=0.06)
    assert np.array_equal(entries[0].points[0], [0.5, 0.5, 0.5])       # the start is a candidate
    assert all((entry.points >= 0).all() and (entry.points <= 1).all() for entry in entries)


def test_one_parameter_alone(tmp_path):
    _, entries = run(tmp_path / "a.jsonl", plan(start=np.array([0.9]), max_generations=12))
    assert entries[0].points.shape == (8, 1)
    assert best(entries).point == pytest.approx(ANSWER[:1], abs=0.05)


@pytest.mark.parametrize("dies_in", [0, 1, 4])
def test_a_killed_search_goes_on_as_if_never_cut(tmp_path, dies_in):
    whole = run(tmp_path / "whole.jsonl", plan())[1]
    cut = tmp_path / "cut.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(cut, plan(), Valley(dies_in))
    assert len(read(cut)[1]) == dies_in
    with cut.open("ab") as file:
        file.write(b'{"kind": "generation", "seeds": [1], "poi')     # a line torn by kill -9
    resumed = Valley()
    resumed.calls = [(0,)] * dies_in
    assert same(run(cut, plan(), resumed)[1], whole)
    assert same(read(cut)[1], whole)
    assert cut.read_bytes().count(b"\n") == 1 + 6


def test_a_finished_search_computes_nothing(tmp_path):
    path = tmp_path / "a.jsonl"
    run(path, plan())
    before = path.read_bytes()
    assert run(path, plan(), Valley(dies_in=0))[0] == "6 generations done"
    assert path.read_bytes() == before


def test_more_generations_go_on_and_force_begins_anew(tmp_path):
    path = tmp_path / "a.jsonl"
    first = run(path, plan())[1]
    longer = Valley()
    longer.calls = [(0,)] * 6
    assert same(run(path, plan(max_generations=9), longer)[1][:6], first)
    assert len(longer.calls) == 9
    assert same(run(path, plan(), force=True)[1], first)


def test_seeds_take_turns_and_the_best_are_seen_with_all(tmp_path):
    valley = Valley()
    _, entries = run(tmp_path / "a.jsonl", plan(per_generation=2, max_generations=3), valley)
    assert valley.calls == [(1, 2), (3, 1), (2, 3), (1, 2, 3)]
    assert [entry.kind for entry in entries] == ["generation"] * 3 + ["confirmation"]
    assert len(entries[-1].points) == 8 * 2 // 3
    assert best(entries).seeds == (1, 2, 3)
    assert best(entries).score == entries[-1].scored.scores.min()
    again = run(tmp_path / "a.jsonl", plan(per_generation=2, max_generations=3), Valley(dies_in=0))[1]
    assert same(again, entries)


def test_a_lucky_seed_does_not_end_the_search(tmp_path):
    """One seed of two flatters every candidate: only a score on both counts."""
    def lucky(points, seeds) -> Scored:
        scores = ((points - ANSWER) ** 2).sum(axis=1) + 0.1 - 0.1 * (seeds == (2,))
        return Scored(scores, scores[:, None], scores[:, None], np.zeros(len(points), bool))

    wanted = plan(seeds=(1, 2), per_generation=1, max_generations=40, stop_score=0.05)
    reason, entries = run(tmp_path / "a.jsonl", wanted, lucky)
    assert reason == "40 generations done"
    assert sum(entry.kind == "confirmation" for entry in entries) > 2
    assert best(entries).score > 0.1
    seen = [point.tobytes() for entry in entries if entry.kind == "confirmation" for point in entry.points]
    assert len(seen) == len(set(seen))


def test_points_of_another_version_are_told_all_the_same(tmp_path):
    path = tmp_path / "a.jsonl"
    run(path, plan())
    head, *lines = path.read_text().splitlines()
    moved = [json.loads(line) for line in lines]
    for entry in moved:
        entry["points"] = (0.9 * np.array(entry["points"]) + 0.03).tolist()
    path.write_text("\n".join([head, *map(json.dumps, moved)]) + "\n")
    _, entries = run(path, plan(max_generations=40))
    assert len(entries) == 40
    assert best(entries).point == pytest.approx(ANSWER, abs=0.1)


def test_flat_scores_do_not_go_on_for_ever(tmp_path):
    def flat(points, seeds) -> Scored:
        ones = np.full(len(points), 30.0)
        return Scored(ones, ones[:, None], ones[:, None], np.ones(len(points), bool))

    reason, entries = run(tmp_path / "a.jsonl", plan(max_generations=2000), flat)
    assert len(entries) < 2000
    assert reason


def test_numbers_that_are_none_survive_the_log(tmp_path):
    path = tmp_path / "a.jsonl"
    scored = Scored(np.array([1.0, 2.0]), np.array([[np.nan, 3.5], [0.1, np.nan]]), np.ones((2, 2)), np.array([True, False]))
    with opened(path, {}) as log:
        log.append(Entry("generation", (1,), np.array([[0.1], [1 / 3]]), scored, 2.0))
    found = read(path)[1][0]
    assert np.array_equal(found.scored.values, scored.values, equal_nan=True)
    assert found.points[1, 0] == 1 / 3
    assert found.scored.bad.tolist() == [True, False]


def test_two_at_once_and_damage_are_one_line(tmp_path):
    path = tmp_path / "a.jsonl"
    with opened(path, {}), pytest.raises(StoreError, match="another process"), opened(path, {}):
        pass
    path.write_text('{"schema": 1}\nnot json\n{}\n')
    with pytest.raises(StoreError, match="damaged; --force"):
        read(path)
    path.write_text(json.dumps({"schema": logs.SCHEMA + 1}) + "\n")
    with pytest.raises(StoreError, match="this version reads"):
        read(path)
