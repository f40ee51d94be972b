"""Checks of what can be read: services, records, name plate (SPEC.md section 12, numbers 1 to 7)."""

from firmware_protocol import gatt
from firmware_protocol.calibration import decode_calibration
from firmware_protocol.config import Sensors, decode_config
from firmware_protocol.conformance.bench import Bench, Failure
from firmware_protocol.feature import FeatureBits, decode_feature
from firmware_protocol.frames import FrameKind
from firmware_protocol.status import decode_status

__all__ = [
    "advertises_the_service",
    "calibration_decodes",
    "characteristics_exist",
    "config_decodes",
    "feature_decodes",
    "name_plate_is_readable",
    "status_comes_every_second",
]

_NAME_PLATE = {
    gatt.sig_uuid(0x2A19): "Battery Level",
    gatt.sig_uuid(0x2A29): "the manufacturer name",
    gatt.sig_uuid(0x2A24): "the model number",
    gatt.sig_uuid(0x2A25): "the serial number",
    gatt.sig_uuid(0x2A26): "the firmware revision",
}

_WANTED_BY = {
    gatt.BULK_DATA.uuid: FeatureBits.RETRANSMIT | FeatureBits.LOG,
    gatt.STATUS.uuid: FeatureBits.STATUS,
    gatt.CALIBRATION.uuid: FeatureBits.CALIBRATION,
}

_NEEDED_SENSORS = {
    FrameKind.IMU6: Sensors.ACC | Sensors.GYR,
    FrameKind.IMU9: Sensors.ACC | Sensors.GYR | Sensors.MAG,
    FrameKind.ACC: Sensors.ACC,
    FrameKind.HIGH_G_ACC: Sensors.HIGH_G,
    FrameKind.QUATERNION: Sensors.QUATERNION,
}

STATUS_BEAT_S = (0.8, 1.2)
"""Bounds on the mean time between status records."""


def advertises_the_service(bench: Bench) -> None:
    """Check 1."""
    if gatt.SERVICE_UUID not in bench.link.advertised():
        raise Failure(f"the advertisement does not hold {gatt.SERVICE_UUID}")


def characteristics_exist(bench: Bench) -> None:
    """Check 2."""
    there = bench.link.characteristics()
    for known in gatt.CHARACTERISTICS:
        if not known.mandatory and not bench.feature.features & _WANTED_BY[known.uuid]:
            continue
        access = there.get(known.uuid)
        if access is None or known.access not in access:
            raise Failure(f"{known.name} ({known.uuid}) should offer {known.access}, found {access}")


def name_plate_is_readable(bench: Bench) -> None:
    """Check 3."""
    values = {what: bench.readable(uuid, what) for uuid, what in _NAME_PLATE.items()}
    level = values.pop("Battery Level")
    if len(level) != 1 or level[0] > 100:
        raise Failure("Battery Level should be one byte of 0 to 100", level, 0 if level else None)
    for what, value in values.items():
        if not value.strip(b"\0 "):
            raise Failure(f"{what} is empty")


def feature_decodes(bench: Bench) -> None:
    """Check 4."""
    feature = bench.decoded(decode_feature, bench.readable(gatt.FEATURE.uuid, "the feature record"))
    if not feature.frame_kinds:
        raise Failure("the feature record names no kind of frame", bench.link.read(gatt.FEATURE.uuid), 2)


def config_decodes(bench: Bench) -> None:
    """Check 5."""
    payload = bench.readable(gatt.CONFIG.uuid, "the config record")
    config = bench.decoded(decode_config, payload)
    for kind in bench.feature.frame_kinds & _NEEDED_SENSORS.keys():
        if _NEEDED_SENSORS[kind] not in config.sensors:
            raise Failure(f"{kind.name} needs {_NEEDED_SENSORS[kind]!r}, the record has {config.sensors!r}", payload, 2)


def status_comes_every_second(bench: Bench) -> None:
    """Check 6."""
    bench.decoded(decode_status, bench.readable(gatt.STATUS.uuid, "the status record"))
    bench.start()
    bench.link.wait(0.5)
    n_before = len(bench.link.received())
    bench.link.wait(10.0)
    came = [one for one in bench.link.received()[n_before:] if one.uuid == gatt.STATUS.uuid]
    bench.stop()
    for one in came:
        bench.decoded(decode_status, one.payload)
    beat_s = (came[-1].time_s - came[0].time_s) / (len(came) - 1) if len(came) > 1 else float("inf")
    if not STATUS_BEAT_S[0] <= beat_s <= STATUS_BEAT_S[1]:
        raise Failure(f"{len(came)} status records in 10 s of streaming, expected one every 1 ± 0.2 s")


def calibration_decodes(bench: Bench) -> None:
    """Check 7."""
    bench.decoded(decode_calibration, bench.readable(gatt.CALIBRATION.uuid, "the calibration record"))
