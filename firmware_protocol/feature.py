"""The feature record: what a sensor can do, read once after connecting (SPEC.md section 3)."""

import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from firmware_protocol import wire
from firmware_protocol.frames import FrameKind
from firmware_protocol.wire import PayloadType

LAYOUT: Final = struct.Struct("<BBHQHHIQ")


class FeatureBits(IntFlag):
    """What a sensor can do beyond the mandatory part (section 3.2)."""

    SET_CONFIG = 1 << 0
    TIME_SYNC = 1 << 1
    SET_UTC = 1 << 2
    RETRANSMIT = 1 << 3
    LOG = 1 << 4
    IDENTIFY = 1 << 5
    SELF_TEST = 1 << 6
    MARK_EVENT = 1 << 7
    STATUS = 1 << 8
    CALIBRATION = 1 << 9
    APPLIES_CALIBRATION = 1 << 10
    MEASURED_PERIOD = 1 << 11
    TAP_EVENTS = 1 << 12
    SYNC_INPUT = 1 << 13
    NEEDS_TOKEN = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a sensor can do.

    Attributes
    ----------
    version_minor : int
        Minor version of the profile that the firmware was written to.
    frame_kinds : frozenset of FrameKind
        Kinds of frames that it can send; bits of unknown kinds are dropped on decoding.
    features : FeatureBits
        Unknown bits are kept.
    max_att_mtu : int
        Largest ATT MTU it accepts, bytes.
    ring_s : int
        Seconds of samples held for retransmission at the nominal rate; 0 without a ring.
    log_capacity_kib : int
        Flash for logs; 0 without.
    device_id : int
        64 bits that stay with the device. Some hosts hide the radio address; this names the sensor there.
    """

    version_minor: int = wire.PROFILE_MINOR
    frame_kinds: frozenset[FrameKind]
    features: FeatureBits
    max_att_mtu: int
    ring_s: int = 0
    log_capacity_kib: int = 0
    device_id: int = 0


def encode_feature(feature: Feature) -> bytes:
    """Return the value of the feature characteristic.

    Raises
    ------
    PacketError
        If a field does not fit.
    """
    return wire.pack(
        LAYOUT,
        "3.1",
        wire.first_byte(PayloadType.FEATURE),
        feature.version_minor,
        # Bit k stands for type k: types begin at 1, so bit 0 is never set.
        sum(1 << kind for kind in feature.frame_kinds),
        int(feature.features),
        feature.max_att_mtu,
        feature.ring_s,
        feature.log_capacity_kib,
        feature.device_id,
    )


def decode_feature(payload: bytes) -> Feature:
    """Return the record in the value of the feature characteristic.

    Raises
    ------
    PacketError
        If it is too short, of another version or another type.
    """
    minor, kinds, features, mtu, ring_s, capacity_kib, device_id = wire.unpack_record(
        payload, LAYOUT, PayloadType.FEATURE, "3.1"
    )
    return Feature(
        version_minor=minor,
        # Shift binds tighter than and: (kinds >> kind) & 1.
        frame_kinds=frozenset(kind for kind in FrameKind if kinds >> kind & 1),
        # An IntFlag keeps bits without a name, so nothing that a later version announces is lost.
        features=FeatureBits(features),
        max_att_mtu=mtu,
        ring_s=ring_s,
        log_capacity_kib=capacity_kib,
        device_id=device_id,
    )
