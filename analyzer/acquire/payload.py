"""What a source hands on; the types belong to the vocabulary."""

from analyzer.model.payload import Characteristic, LinkEvent, TimedPayload

__all__ = ["Characteristic", "LinkEvent", "TimedPayload"]
