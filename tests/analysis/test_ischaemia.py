"""Depolarisation, recovery and thresholds of flow on constructed courses; a probe against its analytic answer."""

import numpy as np
import pytest

from glunet.analysis.ischaemia import depolarisation_time, flow_threshold, recovery_time
from glunet.analysis.microdialysis import dialysate

TIMES = np.arange(0.0, 100.0, 1.0)


def test_depolarisation_is_the_one_that_lasts():
    spike = np.where((TIMES >= 30) & (TIMES < 32), -10.0, -70.0)
    lasting = np.where(TIMES >= 55, -12.0, spike)
    back = np.where(TIMES >= 80, -70.0, lasting)
    found = depolarisation_time(TIMES, [lasting, spike, back], 20.0, 70.0)
    assert found[0] == found[2] == pytest.approx(35.0)
    assert np.isnan(found[1])


def test_recovery_waits_for_the_last_course():
    one = 3.5 + 50 * np.exp(-np.clip(TIMES - 20, 0, None) / 5.0)
    other = np.where(TIMES < 61, 0.08, 0.2)
    found = recovery_time(TIMES, [[one], [other]], [[3.5], [0.2]], 20.0)
    assert found == pytest.approx([41.0])
    assert recovery_time(TIMES, [[one]], [[3.5]], 20.0)[0] == pytest.approx(np.ceil(5 * np.log(50 / 0.35)), abs=1.0)
    assert np.isnan(recovery_time(TIMES, [[other[::-1]]], [[0.2]], 20.0)[0])


def test_flow_threshold_lies_between_the_flows_tried():
    flow, fold = [1.0, 0.5, 0.4, 0.2], [[1.0, 1.0, 4.0, 100.0], [1.0, 1.0, 1.1, 1.2]]
    assert flow_threshold(flow, fold, 2.0)[0] == pytest.approx(0.45)          # halfway in the logarithm
    assert np.isnan(flow_threshold(flow, fold, 2.0)[1])
    assert flow_threshold(flow[::-1], [row[::-1] for row in fold], 2.0)[0] == pytest.approx(0.45)


def test_a_probe_is_late_injured_and_slow():
    times = np.arange(0.0, 1200.0, 1.0)
    step = np.where(times < 600, 0.0, 12.0)
    starts, readings = dialysate(times, step, injury=3.0, delay_s=60.0, bin_s=300.0)
    assert starts == pytest.approx([0, 300, 600, 900])
    assert readings[0, :2] == pytest.approx([3.0, 3.0])
    # mean of 1 - exp(-t/60) over the first five minutes
    assert readings[0, 2] == pytest.approx(3.0 + 12.0 * (1 - 60 / 300 * (1 - np.exp(-5))), rel=0.01)
    assert readings[0, 3] == pytest.approx(15.0, rel=0.01)
