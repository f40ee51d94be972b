"""The golden vectors are what the code does, and the worked examples of SPEC.md are among them."""

import json
import re
from pathlib import Path

import pytest

import firmware_protocol as fp

PACKAGE = Path(fp.__file__).parent
GOLDEN = json.loads((PACKAGE / "vectors.json").read_text(encoding="utf-8"))
VECTORS = GOLDEN["vectors"]
POSITIVE = [vector for vector in VECTORS if "fields" in vector]
NEGATIVE = [vector for vector in VECTORS if "error" in vector]


def one_envelope(data):
    payload, n_bytes = fp.decode_envelope(data)
    assert n_bytes == len(data)
    return payload


DECODERS = {
    "frame": fp.decode_frame,
    "feature": fp.decode_feature,
    "config": fp.decode_config,
    "status": fp.decode_status,
    "calibration": fp.decode_calibration,
    "request": fp.decode_request,
    "response": fp.decode_response,
    "bulk_chunk": fp.decode_bulk_chunk,
    "bulk_end": fp.decode_bulk_end,
    "envelope": one_envelope,
}


def item_of(fields):
    value = fields["value"]
    return fp.TlvItem(fields["type"], bytes.fromhex(value["hex"]) if isinstance(value, dict) else value)


def tuples(fields):
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def build_frame(fields):
    rows = fields.pop("samples")
    kind, flags = fp.FrameKind(fields.pop("kind")), fp.FrameFlags(fields.pop("flags"))
    return fp.encode_frame(fp.Frame(kind=kind, flags=flags, sample_bytes=fp.pack_samples(rows), **fields))


def build_feature(fields):
    fields["frame_kinds"] = frozenset(map(fp.FrameKind, fields["frame_kinds"]))
    fields["features"] = fp.FeatureBits(fields["features"])
    fields["device_id"] = int(fields["device_id"], 16)
    return fp.encode_feature(fp.Feature(**fields))


def build_config(fields):
    fields["sensors"] = fp.Sensors(fields["sensors"])
    return fp.encode_config(fp.Config(**tuples(fields)))


def build_calibration(fields):
    fields["sensors"] = fp.Sensors(fields["sensors"])
    return fp.encode_calibration(fp.Calibration(**tuples(fields)))


def build_request(fields):
    return fp.encode_request(fp.Request(fields["op"], fields["txn"], tuple(map(item_of, fields["tlvs"]))))


def build_response(fields):
    items = tuple(map(item_of, fields["tlvs"]))
    return fp.encode_response(fp.Response(fields["op"], fields["txn"], fields["status"], items))


def build_chunk(fields):
    fields["data"] = bytes.fromhex(fields["data"])
    return fp.encode_bulk_chunk(fp.BulkChunk(**fields))


BUILDERS = {
    "frame": build_frame,
    "feature": build_feature,
    "config": build_config,
    "status": lambda fields: fp.encode_status(fp.Status(**tuples(fields))),
    "calibration": build_calibration,
    "request": build_request,
    "response": build_response,
    "bulk_chunk": build_chunk,
    "bulk_end": lambda fields: fp.encode_bulk_end(fp.BulkEnd(**fields)),
    "envelope": lambda fields: fp.encode_envelope(bytes.fromhex(fields["payload"])),
}


def fields_of(kind, record):
    """Write what was decoded in the words of SPEC.md section 11."""
    if kind == "envelope":
        return {"payload": record.hex(" ")}
    fields = {name: getattr(record, name) for name in type(record).__slots__}
    if kind == "frame":
        fields.pop("sample_bytes")
        fields["samples"] = [list(row) for row in record.samples]
    if kind == "feature":
        fields |= {"frame_kinds": sorted(record.frame_kinds), "device_id": f"{record.device_id:016x}"}
    if kind in ("request", "response"):
        fields["tlvs"] = [
            {"type": i.type, "value": {"hex": i.value.hex(" ")} if isinstance(i.value, bytes) else i.value}
            for i in record.tlvs
        ]
    if kind == "bulk_chunk":
        fields["data"] = record.data.hex(" ")
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def event_fields(event):
    if isinstance(event, fp.Frame):
        names = ("kind", "session_id", "first_sample_index", "n_samples", "t0_us", "flags")
        return {"event": "frame"} | {name: getattr(event, name) for name in names}
    if isinstance(event, fp.SessionReset):
        return {
            "event": "session_reset",
            "session_id": event.session_id,
            "previous_session_id": event.previous_session_id,
        }
    names = ("kind", "session_id", "first_sample_index", "n_samples")
    return {"event": "gap", "reason": event.reason.value} | {name: getattr(event, name) for name in names}


def feed(decoder, payload):
    try:
        return [event_fields(event) for event in decoder.feed(payload)]
    except fp.PacketError as error:
        return [{"event": "error", "section": error.section}]


@pytest.mark.parametrize("vector", POSITIVE, ids=lambda v: v["name"])
def test_a_positive_vector_decodes_to_its_fields(vector):
    record = DECODERS[vector["kind"]](bytes.fromhex(vector["hex"]))

    assert fields_of(vector["kind"], record) == vector["fields"]


@pytest.mark.parametrize("vector", [v for v in POSITIVE if not v.get("decode_only")], ids=lambda v: v["name"])
def test_the_fields_of_a_positive_vector_encode_to_its_bytes(vector):
    assert BUILDERS[vector["kind"]](dict(vector["fields"])).hex(" ") == vector["hex"]


@pytest.mark.parametrize("vector", NEGATIVE, ids=lambda v: v["name"])
def test_a_negative_vector_is_refused_with_its_section(vector):
    with pytest.raises(fp.PacketError) as caught:
        DECODERS[vector["kind"]](bytes.fromhex(vector["hex"]))

    assert caught.value.section == vector["error"]["section"]


@pytest.mark.parametrize("stream", GOLDEN["streams"], ids=lambda s: s["name"])
def test_a_stream_vector_yields_its_events_step_by_step(stream):
    decoder = fp.StreamDecoder()

    events = [feed(decoder, bytes.fromhex(step["hex"])) for step in stream["steps"]]

    assert events == [step["events"] for step in stream["steps"]]


def test_every_vector_has_a_name_of_its_own():
    names = [vector["name"] for vector in VECTORS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", sorted(DECODERS))
def test_every_kind_has_positive_and_negative_vectors(kind):
    assert any(v["kind"] == kind for v in POSITIVE)
    assert any(v["kind"] == kind for v in NEGATIVE)


def test_every_worked_example_of_the_specification_is_a_golden_vector():
    spec = (PACKAGE / "SPEC.md").read_text(encoding="utf-8")
    examples = re.findall(r"```hex (\w+)\n(.*?)```", spec, re.DOTALL)
    golden = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in POSITIVE}

    assert len(examples) >= 9
    assert {name: bytes.fromhex(text) for name, text in examples} == {name: golden[name] for name, _ in examples}
