"""When to ask a sensor for the time, and what its answers hold (SPEC.md section 8.7)."""

from dataclasses import dataclass

from firmware_protocol import PacketError, Response, StatusCode, SyncExchange, Tlv, decode_response, find_int
from firmware_protocol.control import Op

__all__ = ["SyncConfig", "exchange_in", "pause_s"]


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """How often a sensor is asked for the time.

    Attributes
    ----------
    n_burst : int
        Exchanges in quick succession after each start: some of them meet a free moment of the radio.
    burst_pause_s : float
        Mean pause in between.
    every_s : float
        Mean pause afterwards: enough to follow a crystal, too little to be felt on the air.
    """

    n_burst: int = 10
    burst_pause_s: float = 0.05
    every_s: float = 10.0


def pause_s(n_done: int, config: SyncConfig) -> float:
    """Return how long to wait before the next exchange.

    Pauses are uneven, by the golden ratio: even ones would always meet the same phase of the connection interval.

    >>> [round(pause_s(n, SyncConfig()), 3) for n in (0, 1, 2, 10)]
    [0.025, 0.056, 0.037, 6.803]
    """
    mean_s = config.burst_pause_s if n_done < config.n_burst else config.every_s
    return mean_s * (0.5 + n_done * _GOLDEN % 1.0)


def exchange_in(payload: bytes, received_s: float) -> SyncExchange | None:
    """Return the four times in an answer of the control point that came at a time of the host; None in any other.

    The first of them is the host's, repeated by the sensor, so that a capture needs nothing but the answer.
    """
    try:
        response = decode_response(payload)
    except PacketError:
        return None
    return _exchange_of(response, received_s) if response.op == Op.TIME_SYNC else None


_GOLDEN = 0.6180339887498949


def _exchange_of(response: Response, received_s: float) -> SyncExchange | None:
    if response.status != StatusCode.OK:
        return None
    sent, came, left = (find_int(response.tlvs, item) for item in (Tlv.HOST_TX_US, Tlv.DEVICE_RX_US, Tlv.DEVICE_TX_US))
    if sent is None or came is None or left is None:
        return None
    return SyncExchange(sent, came, left, round(received_s * 1e6))
