"""Requests to the control point and what comes back."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from firmware_protocol.devices.polar.gatt import MEASUREMENT_MASK, POLAR, Measurement, measurement_of
from firmware_protocol.devices.polar.settings import Settings, decode_settings, encode_settings

RESPONSE: Final = 0xF0
"""First byte of a response."""

STOPPED: Final = 0x01
"""First byte of a message that a device sends unasked when it ends measurements."""


class Opcode(IntEnum):
    """First byte of a request."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3
    GET_SDK_MODE_SETTINGS = 4
    GET_STATUS = 5
    GET_SDK_MODE_STATUS = 6


class Status(IntEnum):
    """How a request went."""

    SUCCESS = 0
    INVALID_OPCODE = 1
    INVALID_MEASUREMENT = 2
    NOT_SUPPORTED = 3
    INVALID_LENGTH = 4
    INVALID_PARAMETER = 5
    ALREADY_IN_STATE = 6
    INVALID_RESOLUTION = 7
    INVALID_SAMPLE_RATE = 8
    INVALID_RANGE = 9
    INVALID_MTU = 10
    INVALID_CHANNELS = 11
    INVALID_STATE = 12
    IN_CHARGER = 13
    DISK_FULL = 14


@dataclass(frozen=True, slots=True)
class Request:
    """What a host writes to the control point.

    Attributes
    ----------
    opcode : Opcode
    measurement : int or None
        None for requests about the whole device.
    settings : Settings
        Of a start; one value each.
    """

    opcode: Opcode
    measurement: int | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Response:
    """What a device answers.

    Attributes
    ----------
    opcode, measurement : int
        Of the request.
    status : int
        A `Status` where known.
    more : bool
        Further responses to the same request follow; `joined` puts their parameters together.
    parameters : bytes
    """

    opcode: int
    measurement: int
    status: int
    more: bool = False
    parameters: bytes = b""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A device ended measurements by itself."""

    measurements: tuple[int, ...]


def encode_request(request: Request) -> bytes:
    """Return a request as bytes."""
    measurement = b"" if request.measurement is None else POLAR.pack(_BYTE, "measurement", request.measurement)
    return bytes([request.opcode]) + measurement + encode_settings(request.settings)


def decode_request(payload: bytes) -> Request:
    """Return the request in bytes that a host wrote.

    Raises
    ------
    DeviceError
        Empty, an unknown opcode, or settings that break their format.
    """
    POLAR.need(payload, 1, "a request")
    if payload[0] not in _OPCODES:
        raise POLAR.error(f"opcode {payload[0]} is unknown")
    measurement = measurement_of(payload[1] & MEASUREMENT_MASK) if len(payload) > 1 else None
    return Request(Opcode(payload[0]), measurement, decode_settings(payload[2:]))


def sdk_mode(*, on: bool) -> Request:
    """Return the request that turns SDK mode on or off; it offers higher rates and ranges."""
    return Request(Opcode.START if on else Opcode.STOP, Measurement.SDK_MODE)


def encode_response(response: Response) -> bytes:
    """Return a response as bytes."""
    head = (RESPONSE, response.opcode, response.measurement, response.status, int(response.more))
    return POLAR.pack(_RESPONSE, "response", *head) + response.parameters


def decode_control(payload: bytes) -> Response | Stopped:
    """Return what an indication of the control point says.

    Raises
    ------
    DeviceError
        Neither a response nor a stop message, or cut off.
    """
    POLAR.need(payload, 1, "a control point message")
    if payload[0] == STOPPED:
        return Stopped(tuple(measurement_of(number & MEASUREMENT_MASK) for number in payload[1:]))
    if payload[0] != RESPONSE:
        raise POLAR.error(f"expected a control point message (0xf0 or 0x01), got 0x{payload[0]:02x}")
    POLAR.need(payload, 4, "a response")
    _, opcode, measurement, status = payload[:4]
    # A device may leave this byte out when it refuses.
    if len(payload) == 4 and status == Status.SUCCESS:
        raise POLAR.error("expected at least 5 bytes of a granted response, got 4")
    return Response(
        opcode,
        measurement_of(measurement & MEASUREMENT_MASK),
        Status(status) if status in _STATUSES else status,
        len(payload) > 4 and payload[4] != 0,
        # A copy: radio stacks may hand out a bytearray, and responses are kept and compared.
        bytes(payload[5:]),
    )


def joined(responses: Sequence[Response]) -> Response:
    """Return the pieces of one response as a whole.

    Raises
    ------
    DeviceError
        None at all, pieces of different requests, or more is announced.
    """
    if not responses or responses[-1].more:
        raise POLAR.error("the response is not complete")
    first = responses[0]
    if any((one.opcode, one.measurement) != (first.opcode, first.measurement) for one in responses):
        raise POLAR.error("the pieces belong to different requests")
    return replace(responses[-1], parameters=b"".join(one.parameters for one in responses))


_BYTE: Final = struct.Struct("<B")
_RESPONSE: Final = struct.Struct("<5B")
_OPCODES: Final = frozenset(Opcode)
_STATUSES: Final = frozenset(Status)
