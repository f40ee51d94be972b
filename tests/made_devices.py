"""Payloads of other makers' sensors as a day on the field delivers them, from motion that is known."""

import numpy as np

from analyzer.model import Characteristic, TimedPayload
from firmware_protocol.devices import movella_dot, movesense, polar, witmotion
from firmware_protocol.devices.polar import Measurement, Opcode, PmdFrame, Request, Response, Settings

G = 9.80665
CONFIG, CONTROL, FEATURE, LIVE = (
    Characteristic.CONFIG,
    Characteristic.CONTROL,
    Characteristic.FEATURE,
    Characteristic.LIVE,
)


def acc_g(time_s):
    """Smooth motion well within 8 g."""
    return np.column_stack([np.sin(5 * time_s), 0.5 * np.cos(3 * time_s), 1 + 0.2 * np.sin(7 * time_s)])


def gyr_dps(time_s):
    return np.column_stack([200 * np.sin(4 * time_s), 100 * np.cos(6 * time_s), 50 * np.sin(2 * time_s)])


class Day:
    """Payloads of one sensor, in order of arrival."""

    def __init__(self, schema, sensor="left_foot=Sensor"):
        self.schema, self.sensor, self.payloads = schema, sensor, []

    def add(self, payload, received_s, characteristic=LIVE):
        self.payloads.append(TimedPayload(self.sensor, payload, received_s, characteristic, self.schema))


def ranged(rate_hz, full_scale):
    return Settings(sample_rate_hz=(rate_hz,), resolution_bits=(16,), range_unit=(full_scale,), channels=(3,))


def polar_day(
    *,
    rate_hz=206.8,
    nominal_hz=208,
    seconds=6.0,
    n=30,
    lost=(),
    delay_s=0.02,
    start_ns=7 * 10**17,
    gyroscope=True,
    factor=2.44e-4,
):
    """A Verity Sense in SDK mode: nominal 208 Hz, true `rate_hz`; `lost` names frames that never arrive."""
    day = Day("polar_pmd")
    features = {Measurement.ACC, Measurement.SDK_MODE} | ({Measurement.GYRO} if gyroscope else set())
    day.add(polar.encode_features(features), 9.90, FEATURE)
    signals = [(Measurement.ACC, 8, factor, acc_g), (Measurement.GYRO, 2000, 0.07, gyr_dps)][: 2 if gyroscope else 1]
    for measurement, full_scale, step, _ in signals:
        start = Request(Opcode.START, measurement, ranged(nominal_hz, full_scale))
        day.add(polar.encode_request(start), 9.91, CONFIG)
        answer = Response(Opcode.START, measurement, 0, parameters=polar.encode_settings(Settings(factor=(step,))))
        day.add(polar.encode_response(answer), 9.92, CONTROL)
    for number in range(int(seconds * rate_hz / n)):
        time_s = np.arange(number * n, (number + 1) * n) / rate_hz
        for measurement, _, step, signal in signals:
            if number in lost:
                continue
            counts = np.round(signal(time_s) / step).astype(int)
            content = polar.encode_deltas([tuple(map(int, row)) for row in counts], 16)
            stamp_ns = start_ns + round(float(time_s[-1]) * 1e9)
            frame = PmdFrame(measurement, stamp_ns, compressed=True, frame_type=0, content=content)
            day.add(polar.encode_frame(frame), 10.0 + float(time_s[-1]) + delay_s)
    return day


def movesense_day(*, rate_hz=103.4, nominal_hz=104, seconds=8.0, n=8, lost=(), lost_parts=(), split=100):
    """Nominal 104 Hz; whole milliseconds at the first sample of a batch; each batch in two parts."""
    day = Day("movesense_gsp")
    subscribe = movesense.CommandWrite(movesense.Command.SUBSCRIBE, 1, f"/Meas/IMU6/{nominal_hz}")
    day.add(movesense.encode_command(subscribe), 9.9, CONFIG)
    kinds = movesense.NotificationKind
    for number in range(int(seconds * rate_hz / n)):
        time_s = np.arange(number * n, (number + 1) * n) / rate_hz
        data = movesense.MotionData(
            5000 + int(time_s[0] * 1000),
            tuple(map(tuple, (G * acc_g(time_s)).tolist())),
            tuple(map(tuple, gyr_dps(time_s).tolist())),
        )
        content = movesense.encode_motion(data)
        arrives_s = 10.0 + float(time_s[-1]) + 0.02
        if number in lost:
            continue
        day.add(movesense.encode_notification(movesense.Notification(kinds.DATA, 1, content[:split])), arrives_s)
        if number not in lost_parts:
            rest = movesense.Notification(kinds.DATA_PART2, 1, content[split:])
            day.add(movesense.encode_notification(rest), arrives_s + 0.005)
    return day


def dot_day(*, rate_hz=60.0, seconds=6.0, lost=(), start_us=10**6, mode=movella_dot.PayloadMode.RATE):
    """One sample a notification, on a clock that wraps at 2^32 microseconds."""
    day = Day("movella_dot")
    settings = movella_dot.OutputSettings(60, movella_dot.Filter.DYNAMIC)
    day.add(movella_dot.encode_output_settings(settings), 9.9, CONFIG)
    control = movella_dot.MeasurementControl(start=True, mode=mode)
    day.add(movella_dot.encode_measurement_control(control), 9.91, CONFIG)
    for number in range(int(seconds * rate_hz)):
        if number in lost:
            continue
        time_s = np.array([number / rate_hz])
        sample = movella_dot.Sample(
            timestamp_us=(start_us + round(number / rate_hz * 1e6)) % 2**32,
            acc_m_s2=tuple((G * acc_g(time_s))[0].tolist()),
            gyr_dps=tuple(gyr_dps(time_s)[0].tolist()),
        )
        day.add(movella_dot.encode_sample(mode, sample), 10.0 + float(time_s[0]) + 0.02)
    return day


def witmotion_day(*, rate_hz=98.7, seconds=12.0, n=4, jitter_s=0.01, seed=1):
    """Nominal 100 Hz, four frames a notification, late by up to `jitter_s`."""
    day = Day("witmotion")
    day.add(witmotion.UNLOCK, 9.9, CONFIG)
    day.add(witmotion.write_command(witmotion.Register.RATE, 9), 9.91, CONFIG)
    random = np.random.default_rng(seed)
    for number in range(int(seconds * rate_hz / n)):
        time_s = np.arange(number * n, (number + 1) * n) / rate_hz
        acc = np.round(acc_g(time_s) * 2048).astype(int).tolist()
        gyr = np.round(gyr_dps(time_s) / 2000 * 32768).astype(int).tolist()
        frames = [witmotion.MotionFrame(tuple(a), tuple(g), (0, 0, 0)) for a, g in zip(acc, gyr, strict=True)]
        payload = b"".join(witmotion.encode_frame(frame) for frame in frames)
        day.add(payload, 10.0 + float(time_s[-1]) + 0.02 + float(random.uniform(0, jitter_s)))
    return day
