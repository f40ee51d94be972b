"""A whole practice through another maker's bytes: the analysis says what it says of the samples themselves."""

import numpy as np
import pytest
from made_devices import CONFIG, CONTROL, FEATURE, Day, G, ranged

import analyzer
from analyzer.acquire.capture import CaptureWriter
from analyzer.model import Placement, Plan
from analyzer.virtual import ScriptConfig, simulate
from firmware_protocol.devices import polar
from firmware_protocol.devices.polar import Measurement, Opcode, PmdFrame, Request, Response, Settings

SHORT = ScriptConfig(first_stand_s=4.0, rest_stand_s=4.0, last_stand_s=1.5, walk_speed_m_s=1.7)
FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
N = 25
"""Samples in a frame."""


def as_polar(stream):
    """The samples of a stream as a Verity Sense in SDK mode sends them, 16 g and 2000 degree/s."""
    day = Day("polar_pmd", f"{stream.placement.value}=Polar Sense")
    day.add(polar.encode_features({Measurement.ACC, Measurement.GYRO}), 1.0, FEATURE)
    rows = {
        Measurement.ACC: (stream.acc_m_s2 / G, 16, 0.000488),
        Measurement.GYRO: (np.rad2deg(stream.gyr_rad_s), 2000, 0.07),
    }
    counts = {}
    for measurement, (values, full_scale, factor) in rows.items():
        start = Request(Opcode.START, measurement, ranged(208, full_scale))
        day.add(polar.encode_request(start), 1.0, CONFIG)
        answer = Response(Opcode.START, measurement, 0, parameters=polar.encode_settings(Settings(factor=(factor,))))
        day.add(polar.encode_response(answer), 1.0, CONTROL)
        counts[measurement] = np.clip(np.round(values / factor), -32768, 32767).astype(int).tolist()
    for first in range(0, stream.n_samples - N + 1, N):
        last_s = float(stream.time_s[first + N - 1])
        for measurement, all_rows in counts.items():
            content = polar.encode_deltas(all_rows[first : first + N], 16)
            frame = PmdFrame(measurement, round((1000 + last_s) * 1e9), compressed=True, frame_type=0, content=content)
            day.add(polar.encode_frame(frame), 2.0 + last_s)
    return day.payloads


@pytest.fixture(scope="module")
def analyses(tmp_path_factory):
    practice = simulate(seed=2, plan=Plan.progressive(12.0, (60.0, 100.0)), placements=FEET, script=SHORT)
    direct = practice.recording()
    payloads = sorted((p for s in direct.streams.values() for p in as_polar(s)), key=lambda p: p.received_s)
    path = tmp_path_factory.mktemp("practice") / "polar.mcap"
    with CaptureWriter(path, plan=direct.plan, athlete=direct.athlete) as writer:
        for payload in payloads:
            writer.payload(payload)
    return analyzer.analyze(direct), analyzer.analyze(analyzer.read(path))


def test_the_same_runs_are_found(analyses):
    direct, through = analyses
    assert len(through.runs) == len(direct.runs) == 2


def test_the_same_contacts_are_found_within_a_few_milliseconds(analyses):
    direct, through = analyses
    assert len(through.contacts) == len(direct.contacts)
    found, known = through.contacts.initial_contact_s.dropna(), direct.contacts.initial_contact_s.dropna()
    # Two seconds lie between the clock of the samples and that of the arrivals.
    np.testing.assert_allclose(found - 2.0, known, atol=6e-3)


def test_speeds_are_the_same_within_two_per_cent(analyses):
    direct, through = analyses
    np.testing.assert_allclose(through.runs.peak_speed_m_s, direct.runs.peak_speed_m_s, rtol=0.02)


def test_the_report_says_what_such_a_sensor_cannot_do(analyses):
    _, through = analyses
    told = {(notice.code, notice.placement) for notice in through.notices}
    assert {("device.no_counter", foot) for foot in FEET} <= told
