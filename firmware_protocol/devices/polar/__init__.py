"""Polar Measurement Data (PMD): H10, OH1, Verity Sense.

Facts after the maker's public specification and the test payloads of its SDK; all integers are little-endian.
Acceleration, angular rate and magnetic field are read; ECG, PPG and PP intervals are handed on as bytes.
"""

from firmware_protocol.devices.polar.control import (
    Opcode,
    Request,
    Response,
    Status,
    Stopped,
    decode_control,
    decode_request,
    encode_request,
    encode_response,
    joined,
    sdk_mode,
)
from firmware_protocol.devices.polar.delta import decode_deltas, encode_deltas
from firmware_protocol.devices.polar.frames import (
    EPOCH_UNIX_NS,
    PmdFrame,
    calibration_status,
    counts,
    decode_frame,
    encode_frame,
    samples,
)
from firmware_protocol.devices.polar.gatt import (
    CONTROL_UUID,
    DATA_UUID,
    MIN_ATT_MTU,
    SERVICE_UUID,
    Measurement,
)
from firmware_protocol.devices.polar.settings import (
    Settings,
    SettingType,
    decode_features,
    decode_settings,
    encode_features,
    encode_settings,
)
from firmware_protocol.devices.polar.timing import sample_times_ns, samples_lost

__all__ = [
    "CONTROL_UUID",
    "DATA_UUID",
    "EPOCH_UNIX_NS",
    "MIN_ATT_MTU",
    "SERVICE_UUID",
    "Measurement",
    "Opcode",
    "PmdFrame",
    "Request",
    "Response",
    "SettingType",
    "Settings",
    "Status",
    "Stopped",
    "calibration_status",
    "counts",
    "decode_control",
    "decode_deltas",
    "decode_features",
    "decode_frame",
    "decode_request",
    "decode_settings",
    "encode_deltas",
    "encode_features",
    "encode_frame",
    "encode_request",
    "encode_response",
    "encode_settings",
    "joined",
    "sample_times_ns",
    "samples",
    "samples_lost",
    "sdk_mode",
]
