"""What stands on the page, read with Python's own HTML parser."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from glunet.report.explore import explorer
from glunet.report.levels import _ticks, levels
from glunet.report.render import page
from glunet.store.hdf5 import write
from glunet.store.result import Result, open_result


def unpacked(text: str, kind: str) -> list[int]:
    """Little-endian whole numbers of base64."""
    return np.frombuffer(base64.b64decode(text), {"H": "<u2", "I": "<u4"}[kind]).tolist()


class Reader(HTMLParser):
    """Tags with their attributes, ids, tables as rows of text, and the scripts' text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            self.scripts[-1] += data
            return
        self.text += data
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def read(html: str) -> Reader:
    return Reader(html)


@pytest.fixture(scope="module")
def data(read: Reader) -> Any:
    def never(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(read.scripts[0], parse_constant=never)


def test_nothing_is_fetched(read: Reader) -> None:
    for tag, attributes in read.tags:
        for key in ("src", "href", "xlink:href", "data", "action", "poster", "srcset"):
            address = attributes.get(key)
            if address is not None and not address.startswith(("#", "data:")):
                assert (tag, address.startswith("https://doi.org/")) == ("a", True)
    policy = [one["content"] for tag, one in read.tags if tag == "meta" and "content" in one and "default-src" in str(one)]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"]


def test_every_id_is_there_once_and_every_link_leads_somewhere(result: Result) -> None:
    read = Reader(page([result, result]))
    ids = [one["id"] for _, one in read.tags if one.get("id")]
    assert len(ids) == len(set(ids))
    links = {str(one.get(key)) for _, one in read.tags for key in ("href", "xlink:href")}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_text_from_files_stays_text(read: Reader, known: SimpleNamespace) -> None:
    assert known.text.strip() in read.text
    assert "Ketamine <i>small</i>" in read.text
    assert len(read.scripts) == 2


def test_rates_and_intervals_are_those_of_the_spikes(read: Reader, known: SimpleNamespace) -> None:
    for level, dose in enumerate(known.doses):
        row = next(row for row in read.rows if row[0] == f"Ketamine {dose:g} µM")
        for column, population in enumerate(("pyramidal", "interneuron")):
            rates = [known.rate(population, level, seed) for seed in range(3)]
            low, high = stats.t.interval(0.95, 2, np.mean(rates), stats.sem(rates))
            low_text, high_text = (f"{value:.3g}".replace("-", "−") for value in (low, high))
            assert row[2 + column] == f"{np.mean(rates):.3g} ({low_text} to {high_text})"


def test_provenance_and_sources_are_there(read: Reader, known: SimpleNamespace) -> None:
    pairs = {row[0]: row[1] for row in read.rows if len(row) == 2}
    assert (pairs["commit"], pairs["device"], pairs["packages"]) == ("abc123", "runtime", "brian2 2.10.1")
    assert (pairs["run"], pairs["seeds"]) == ("1.5 s", "1, 2, 3")
    assert pairs["drugs.ketamine"] == "schedule constant"       # an axis sets the concentration
    address = next(str(one["href"]) for tag, one in read.tags if str(one.get("href")).startswith("https://doi.org/"))
    assert address == "https://doi.org/10.1016/S0006-3495%2800%2976293-X"
    assert f"doi:{known.doi}" in read.text


def test_a_figure_that_cannot_be_drawn_says_why_and_the_others_are_there(read: Reader, html: str) -> None:
    assert "Raster could not be drawn: figure: population: no spikes of 'astrocyte' in this result" in read.text
    assert 'aria-label="Dose response: Ketamine &lt;i&gt;small&lt;/i&gt;"' in html


def test_rasters_hold_the_spikes(data: Any, known: SimpleNamespace) -> None:
    for name in ("pyramidal", "interneuron"):
        raster, spikes = data["rasters"][name], known.spikes(name)
        assert raster["cells"] == list(range(spikes.n_cells))
        times, at = unpacked(raster["times"], "H"), 0
        for k, count in enumerate(unpacked(raster["counts"], "I")):
            replicate, cell = divmod(k, spikes.n_cells)
            wanted = spikes.times_s[(spikes.replicate == replicate) & (spikes.cell == cell)]
            assert np.allclose(np.array(times[at:at + count]) * raster["step"], wanted, atol=raster["step"] / 2 + 1e-12)
            at += count
        assert at == len(times)


def test_signals_are_named_and_labelled(data: Any) -> None:
    assert [one["label"] for one in data["replicates"]][3:5] == ["Ketamine 3 µM, seed 1", "Ketamine 3 µM, seed 2"]
    told = {name: [(one["label"], one["unit"]) for one in signals] for name, signals in data["signals"].items()}
    course = ("Course of Ketamine", "µM")
    assert told == {"pyramidal": [("Firing rate, 10 ms bins", "Hz"), ("NMDA current, population mean", "pA"),
                                  ("Membrane potential, cell 5", "mV"), course],
                    "interneuron": [("Firing rate, 10 ms bins", "Hz"), course]}
    rates = data["signals"]["pyramidal"][0]
    whole = np.array(unpacked(rates["data"], "H"), float).reshape(9, rates["n"])
    mean = (np.array(rates["low"])[:, None] + whole / 65534 * (np.array(rates["high"]) - rates["low"])[:, None]).mean(axis=1)
    assert np.allclose(mean, [2, 3, 4, 5, 6, 7, 8, 9, 10], atol=0.01)


@pytest.mark.parametrize("budget", [60_000, 200_000])
def test_the_data_keep_to_their_budget_and_say_what_was_left_out(result: Result, budget: int,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glunet.report.explore.FEWEST_CELLS", 1)
    found, notes = explorer(result, levels(result), budget)
    size = sum(len(signal["data"]) for signals in found["signals"].values() for signal in signals[:-1])
    size += sum(len(one["times"]) for one in found["rasters"].values())
    assert size <= budget
    trace = found["signals"]["pyramidal"][2]
    told = any(f"every {trace['stretch']} samples" in note and "Membrane potential, cell 5" in note for note in notes)
    assert told == (trace["stretch"] > 1)
    assert trace["stretch"] > 1 or budget > 60_000


def test_too_many_replicates_are_spread_and_told(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glunet.report.explore.MOST_REPLICATES", 3)
    found, notes = explorer(result, levels(result), 10**6)
    assert [one["index"] for one in found["replicates"]] == [0, 4, 8]
    assert notes[0] == "3 of 9 replicates can be explored, spread evenly over all."
    assert len(found["signals"]["pyramidal"][0]["low"]) == 3


def test_a_result_without_axes_figures_or_spikes(tmp_path: Any, known: SimpleNamespace) -> None:
    recording = known.make(axes={}, axis_units={}, spikes={}, traces=[], schedules=[], blueprint={"circuit": "cortex"},
                           experiment_text="", provenance={}, timings={})
    path = tmp_path / "plain.h5"
    write(recording, path)
    read = Reader(page([open_result(path)]))
    assert ["all", "9", "−13 (−15.1 to −10.9)"] in read.rows
    assert "The experiment declares none." in read.text


@pytest.mark.parametrize(("values", "wanted"), [
    (np.array([0.0, 1.0, 3.0]), {0.0: "0", 1 / 3: "1", 1.0: "3"}),
    (np.linspace(-80, 40, 24), {k / 6: text for k, text in enumerate(["−80", "−60", "−40", "−20", "0", "20", "40"])}),
    (np.geomspace(0.1, 10, 21), {0.0: "0.1", 0.25 * np.log10(9): "0.3", 0.5: "1", 0.5 + 0.5 * np.log10(3): "3", 1.0: "10"}),
])
def test_ticks_are_the_values_or_round_numbers(values: np.ndarray, wanted: dict[float, str]) -> None:
    spots = np.log10(values) if values[0] == 0.1 else values
    found = _ticks(values, (spots - spots.min()) / np.ptp(spots))
    assert [text for _, text in found] == list(wanted.values())
    assert np.allclose([place for place, _ in found], list(wanted))
