"""The protocol's test suite passes a sound sensor, and each of its checks finds the fault that it is there for."""

import json
from dataclasses import replace

import pytest

from analyzer.cli.main import main
from analyzer.virtual.ble import DeviceModel, SensorDevice, Stage, resting
from analyzer.virtual.ble.direct import DirectLink, SteppedClock
from firmware_protocol import FeatureBits, decode_bulk_end, decode_config, encode_config, gatt
from firmware_protocol.conformance import CHECKS, Outcome, Received, run_checks, verdict
from firmware_protocol.conformance.bench import Bench, Failure, first_wrong_byte

LIVE, BULK, CONTROL = gatt.LIVE_DATA.uuid, gatt.BULK_DATA.uuid, gatt.CONTROL_POINT.uuid


class Tampered(DirectLink):
    """A sound sensor behind a radio that spoils one thing."""

    def __init__(self, model=None, **spoilers):
        clock = SteppedClock()
        device = SensorDevice(model or DeviceModel(), resting(20.0), Stage(), clock)
        self.spoilers = spoilers
        self.n_out = self.n_seen = 0
        self.written = b""
        self.utc_given = False
        self.was_away = False
        super().__init__(device, clock)

    def _spoiler(self, name, default):
        return self.spoilers.get(name, default)

    def advertised(self):
        return self._spoiler("advertised", super().advertised())

    def characteristics(self):
        hidden = self._spoiler("hidden", "")
        return {uuid: access for uuid, access in super().characteristics().items() if uuid != hidden}

    def read(self, uuid):
        return self._spoiler("read", lambda _, value: value)(uuid, super().read(uuid))

    def write(self, data):
        self.written = data
        self.utc_given |= data[:1] == b"\x06"
        for one in self._spoiler("write", lambda _, given: [given])(self, data):
            super().write(one)

    def wait(self, duration_s):
        super().wait(duration_s)
        came = self._received[self.n_seen :]
        del self._received[self.n_seen :]
        for one in came:
            self.n_out += 1
            payload = self._spoiler("out", lambda _, __, given: given)(self, one.uuid, one.payload)
            if payload is not None:
                self._received.append(Received(one.time_s, one.uuid, payload))
        self.n_seen = len(self._received)

    def reconnect(self, pause_s, att_mtu):
        self.was_away |= pause_s > 1.0
        super().reconnect(pause_s, 247 if "any_mtu" in self.spoilers else att_mtu)
        if "any_mtu" in self.spoilers:
            self._att_mtu = att_mtu


def at(payload, place, value):
    return payload[:place] + bytes((value % 256,)) + payload[place + 1 :]


def frames(change, uuid=LIVE):
    """Return what spoils the data frames of a characteristic."""
    return {"out": lambda link, came, p: change(link, p) if came == uuid and p[0] <= 0x16 else p}


def status(op, was, becomes):
    """Return what spoils the status of a response."""

    def out(_, uuid, p):
        return at(p, 2, becomes) if uuid == CONTROL and p[0] == 0x80 | op and p[2] == was else p

    return {"out": out}


def answers(op, change):
    return {"out": lambda _, uuid, p: change(p) if uuid == CONTROL and p[0] == 0x80 | op else p}


def read_of(uuid, change):
    return {"read": lambda asked, value: change(value) if asked == uuid else value}


def _stop_that_does_nothing():
    # Passed on as IDENTIFY, whose answer has the same form.
    def out(link, uuid, p):
        return at(p, 0, 0x84) if uuid == CONTROL and link.written[:1] == b"\x04" else p

    return {"write": lambda _, d: [at(d, 0, 0x0D)] if d[:1] == b"\x04" else [d], "out": out}


def _double_scale(value):
    config = decode_config(value)
    return encode_config(replace(config, acc_scale_m_s2_per_lsb=2 * config.acc_scale_m_s2_per_lsb))


def _half_done(link, data):
    # The rate alone succeeds before the whole request fails.
    return [bytes((2, 0)) + data[2:8], data] if data[:1] == b"\x02" and b"\x03\x04" in data else [data]


def _half_done_out(_, uuid, payload):
    return None if uuid == CONTROL and payload[:2] == b"\x82\x00" else payload


def _later_after_utc(link, p):
    t0_us = int.from_bytes(p[8:16], "little") + 1_000_000 * link.utc_given
    return p[:8] + t0_us.to_bytes(8, "little") + p[16:]


def _period_off(_, p):
    period_ns = int(int.from_bytes(p[16:20], "little") * 1.01)
    return p[:16] + period_ns.to_bytes(4, "little") + p[20:]


FEWER = DeviceModel(features=DeviceModel().features & ~FeatureBits.IDENTIFY)
SLOW = DeviceModel(rates_hz=(52.0,), max_wait_s=1.0)

FAULTS = {
    1: {"advertised": frozenset()},
    2: {"hidden": gatt.CALIBRATION.uuid},
    3: read_of(gatt.sig_uuid(0x2A19), lambda _: b"\xff"),
    4: read_of(gatt.FEATURE.uuid, lambda p: at(p, 0, 0x28)),
    5: read_of(gatt.CONFIG.uuid, lambda p: at(p, 2, 1)),
    6: {"out": lambda _, uuid, p: None if uuid == gatt.STATUS.uuid else p},
    7: read_of(gatt.CALIBRATION.uuid, lambda p: at(p, 20, p[20] ^ 1)),
    8: _stop_that_does_nothing(),
    9: {"any_mtu": True},
    10: frames(lambda _, p: at(p, 4, p[4] + 1)),
    11: status(3, 6, 0),
    12: answers(3, lambda p: p[:5] + b"\x07\x00" + p[7:]),
    13: frames(lambda _, p: at(p, 1, p[1] + 1)),
    14: frames(lambda link, p: None if link.n_out % 50 == 0 else p),
    15: frames(_period_off),
    16: read_of(gatt.CONFIG.uuid, _double_scale),
    17: frames(lambda _, p: at(p, 23, p[23] & ~0x02)),
    18: status(0x7E, 1, 4),
    19: {"out": lambda link, uuid, p: at(p, 2, 3) if uuid == CONTROL and b"\xf5\x03" in link.written else p},
    20: {"model": FEWER} | status(0x0D, 4, 0),
    21: status(2, 9, 0),
    22: answers(5, lambda p: at(p, 5, p[5] ^ 1)),
    23: frames(_later_after_utc),
    24: frames(lambda _, p: at(p, 24, p[24] + 1), BULK),
    25: frames(lambda link, p: None if link.was_away else p),
    26: {"out": lambda _, uuid, p: at(p, 30, p[30] ^ 1) if uuid == BULK and p[0] == 0x1C else p},
    27: answers(0x0E, lambda p: at(p, 5, 0)),
    28: frames(lambda _, p: None if p[0] == 0x16 else p),
    29: status(0x0D, 0, 0x7F),
    30: frames(lambda _, p: at(p, 22, 0)),
    31: {"write": lambda _, d: [b"\x01\x00"] if len(d) == 1 else [d]},
    32: status(2, 3, 0),
    33: status(3, 3, 0),
    34: status(3, 4, 0),
    35: status(4, 6, 0),
    36: answers(1, lambda p: at(p, 5, p[5] + 1)),
    37: {"write": lambda _, d: [d.replace(b"\x1f\x01\x05", b"")]},
    38: status(7, 0x0D, 0),
    39: status(0x0B, 8, 0),
    40: {"model": SLOW},
    41: {"write": _half_done, "out": _half_done_out},
}
"""Number of the check -> what is wrong with the sensor that has to fail it."""


@pytest.fixture(scope="module")
def sound_results():
    return list(run_checks(Tampered()))


def test_a_sound_sensor_passes_every_check(sound_results):
    assert [(r.check.number, r.detail) for r in sound_results if r.outcome is not Outcome.PASSED] == []
    assert verdict(sound_results) == "conforms v1: 41/41"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.number} {check.title}")
def test_a_check_fails_a_sensor_with_its_fault(check):
    link = Tampered(**FAULTS[check.number])
    [result] = run_checks(link, [check])
    assert result.outcome is Outcome.FAILED
    assert result.detail


def test_every_check_has_a_number_of_its_own_in_order():
    assert [check.number for check in CHECKS] == list(range(1, len(CHECKS) + 1)) == sorted(FAULTS)


def test_the_first_wrong_byte_is_told():
    link = Tampered(**FAULTS[4])
    [result] = run_checks(link, [CHECKS[3]])
    assert "first wrong at byte 0 (0x28)" in result.detail


def test_checks_that_need_a_feature_do_not_count_without_it():
    results = list(run_checks(Tampered(model=DeviceModel(features=FeatureBits(0))), CHECKS[5:7]))
    assert [result.outcome for result in results] == [Outcome.NOT_NEEDED] * 2
    assert verdict(results) == "conforms v1: 0/0"


def test_a_bare_sensor_without_any_feature_conforms():
    results = list(run_checks(Tampered(model=DeviceModel(features=FeatureBits(0)))))
    assert [(r.check.number, r.detail) for r in results if r.outcome is Outcome.FAILED] == []


def test_a_sensor_that_nobody_shakes_is_not_said_to_flag_its_clipping():
    clock = SteppedClock()
    link = DirectLink(SensorDevice(DeviceModel(), resting(), Stage(), clock), clock)
    results = list(run_checks(link, [CHECKS[29]]))
    assert results[0].outcome is Outcome.NOT_TRIED
    assert "shake" in results[0].detail
    assert verdict(results) == "conforms so far v1: 0/1, 1 not tried"


def test_no_single_byte_is_blamed_where_none_mends_it():
    assert first_wrong_byte(decode_bulk_end, b"\x00" * 5) is None


def test_a_failure_shows_bytes_and_place():
    assert str(Failure("wrong", b"\x01\x02", 1)) == "wrong [01 02, first wrong at byte 1 (0x02)]"
    assert str(Failure("wrong")) == "wrong"


def test_an_answer_to_another_request_is_a_failure():
    link = Tampered(**answers(1, lambda p: at(p, 1, p[1] + 1)))
    bench = Bench(link)
    bench.link.subscribe(CONTROL)
    with pytest.raises(Failure, match="the response is to"):
        bench.request(1)


def test_the_command_prints_the_verdict_and_what_differs(capsys):
    assert main(["conformance", "--virtual", "--fault", "wrong_scale"]) == 3
    out = capsys.readouterr().out
    assert "19.61 m/s2 instead of 9.81" in out
    assert out.splitlines()[-1].startswith("does not conform to v1: 39/41")


def test_the_command_prints_json(capsys):
    assert main(["conformance", "--virtual", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {one["outcome"] for one in said} == {"passed"}
    assert len(said) == 41


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--address", "x", "--fault", "loss"], "--fault belongs to --virtual"),
        (["--virtual", "--fault", "rust"], "no fault is called 'rust'"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_arguments(capsys, arguments, words):
    assert main(["conformance", *arguments]) == 2
    assert words in capsys.readouterr().err
