"""What travels over the air: the open sensor profile of ``SPEC.md``, as plain bytes in and out.

Nothing here opens a connection or a file, and nothing but the standard library is needed.
"""

from firmware_protocol.bulk import (
    BulkChunk,
    BulkEnd,
    decode_bulk_chunk,
    decode_bulk_end,
    decode_envelope,
    encode_bulk_chunk,
    encode_bulk_end,
    encode_envelope,
)
from firmware_protocol.calibration import Calibration, decode_calibration, encode_calibration
from firmware_protocol.config import Config, Sensors, decode_config, encode_config
from firmware_protocol.control import (
    Op,
    Request,
    Response,
    StatusCode,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
    missing_items,
)
from firmware_protocol.errors import PacketError, ProtocolError
from firmware_protocol.events import Event, EventCode, encode_event, event_of
from firmware_protocol.feature import Feature, FeatureBits, decode_feature, encode_feature
from firmware_protocol.frames import (
    CHANNELS,
    QUATERNION_SCALE,
    Frame,
    FrameFlags,
    FrameKind,
    Location,
    decode_frame,
    encode_frame,
    max_samples,
    pack_samples,
)
from firmware_protocol.gatt import CHARACTERISTICS, SERVICE_UUID, Access, Characteristic
from firmware_protocol.status import DeviceState, Status, decode_status, encode_status
from firmware_protocol.stream import (
    Gap,
    GapReason,
    SessionReset,
    StreamConfig,
    StreamDecoder,
    StreamEvent,
)
from firmware_protocol.timesync import SyncExchange
from firmware_protocol.tlv import Tlv, TlvItem, decode_tlvs, encode_tlvs, find_float, find_int, find_text

__all__ = [
    "CHANNELS",
    "CHARACTERISTICS",
    "QUATERNION_SCALE",
    "SERVICE_UUID",
    "Access",
    "BulkChunk",
    "BulkEnd",
    "Calibration",
    "Characteristic",
    "Config",
    "DeviceState",
    "Event",
    "EventCode",
    "Feature",
    "FeatureBits",
    "Frame",
    "FrameFlags",
    "FrameKind",
    "Gap",
    "GapReason",
    "Location",
    "Op",
    "PacketError",
    "ProtocolError",
    "Request",
    "Response",
    "Sensors",
    "SessionReset",
    "Status",
    "StatusCode",
    "StreamConfig",
    "StreamDecoder",
    "StreamEvent",
    "SyncExchange",
    "Tlv",
    "TlvItem",
    "decode_bulk_chunk",
    "decode_bulk_end",
    "decode_calibration",
    "decode_config",
    "decode_envelope",
    "decode_feature",
    "decode_frame",
    "decode_request",
    "decode_response",
    "decode_status",
    "decode_tlvs",
    "encode_bulk_chunk",
    "encode_bulk_end",
    "encode_calibration",
    "encode_config",
    "encode_envelope",
    "encode_event",
    "encode_feature",
    "encode_frame",
    "encode_request",
    "encode_response",
    "encode_status",
    "encode_tlvs",
    "event_of",
    "find_float",
    "find_int",
    "find_text",
    "max_samples",
    "missing_items",
    "pack_samples",
]
