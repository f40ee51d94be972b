"""SPEC.md and the code say the same: tables equal structs and enumerations, cited sections exist."""

import re
import struct
from pathlib import Path

import pytest

import firmware_protocol as fp
from firmware_protocol import bulk, calibration, config, control, events, feature, frames, gatt, status, tlv, wire

PACKAGE = Path(fp.__file__).parent
SPEC = (PACKAGE / "SPEC.md").read_text(encoding="utf-8")
CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i8": "b", "i16": "h", "i32": "i", "f32": "f"}
LAYOUTS = {
    "3.1": feature.LAYOUT,
    "4.1": frames.HEADER,
    "4.7": events.LAYOUT,
    "5.1": config.LAYOUT,
    "6.1": status.LAYOUT,
    "7.1": calibration.LAYOUT,
    "9.1": bulk.CHUNK_HEADER,
    "9.2": bulk.END,
    "9.5": bulk.ENVELOPE_HEADER,
}


def section(number):
    return re.search(rf"^### {re.escape(number)} .*?(?=^##|\Z)", SPEC, re.MULTILINE | re.DOTALL)[0]


def tables(text):
    """Return each table as a list of rows, each a dict by column name."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    cells = [[[cell.strip() for cell in row[1:-1].split("|")] for row in block.splitlines()] for block in blocks]
    return [[dict(zip(block[0], row, strict=True)) for row in block[2:]] for block in cells]


def rows_of(number, column):
    return next(table for table in tables(section(number)) if column in table[0])


def repeats(type_name):
    base, _, count = type_name.partition("[")
    return CODES[base], int(count.rstrip("]") or 1) if count else 1


@pytest.mark.parametrize("number", LAYOUTS)
def test_a_layout_table_has_the_offsets_of_its_types(number):
    at = 0
    for row in rows_of(number, "offset"):
        assert int(row["offset"]) == at, row
        code, count = repeats(row["type"])
        at += count * struct.calcsize(f"<{code}")


@pytest.mark.parametrize("number", LAYOUTS)
def test_a_layout_table_equals_the_struct(number):
    table = "".join(code * count for code, count in (repeats(row["type"]) for row in rows_of(number, "offset")))
    in_code = re.sub(r"(\d+)(\w)", lambda m: m[2] * int(m[1]), LAYOUTS[number].format.lstrip("<"))

    assert table == in_code


@pytest.mark.parametrize(
    ("number", "column", "enumeration"),
    [
        ("3.2", "bit", {bit.name: bit.value.bit_length() - 1 for bit in fp.FeatureBits}),
        ("4.5", "bit", {flag.name: flag.value.bit_length() - 1 for flag in fp.FrameFlags}),
        ("4.7", "code", {code.name: code.value for code in fp.EventCode}),
        ("8.4", "op", {op.name: op.value for op in fp.Op}),
        ("8.5", "code", {code.name: code.value for code in fp.StatusCode}),
    ],
)
def test_a_table_of_codes_equals_its_enumeration(number, column, enumeration):
    assert {row["name"]: int(row[column], 0) for row in rows_of(number, column)} == enumeration


def test_the_table_of_locations_equals_its_enumeration():
    table = {row["location"]: int(row["value"]) for row in rows_of("4.6", "location")}

    assert table == {location.name.lower(): location.value for location in fp.Location}


def test_the_table_of_states_equals_its_enumeration():
    table = {row["state"]: int(row["value"]) for row in rows_of("6.2", "state")}

    assert table == {state.name: state.value for state in fp.DeviceState}


def test_the_table_of_kinds_equals_channels_and_row_sizes():
    table = {row["kind"]: (int(row["type"]), int(row["channels"]), int(row["row"])) for row in rows_of("4.2", "kind")}

    assert table == {kind.name: (kind.value, n, 2 * n) for kind, n in fp.CHANNELS.items()}


def test_the_table_of_first_bytes_equals_kinds_and_payload_types():
    table = {row["payload"].removeprefix("frame "): int(row["first byte"], 0) for row in rows_of("1.3", "payload")}

    assert table == {kind.name: wire.first_byte(kind) for kind in (*fp.FrameKind, *wire.PayloadType)}


def test_the_table_of_item_types_equals_names_and_formats():
    def name_of(layout):
        return layout if isinstance(layout, str) else next(n for n, c in CODES.items() if f"<{c}" == layout.format)

    table = {row["name"]: (int(row["type"], 0), row["value"]) for row in rows_of("8.3", "type")}

    assert table == {type_.name: (type_.value, name_of(tlv.FORMATS[type_])) for type_ in fp.Tlv}


@pytest.mark.parametrize(
    ("column", "required"), [("arguments", control.REQUIRED_ARGUMENTS), ("results", control.REQUIRED_RESULTS)]
)
def test_the_bold_items_of_the_operations_are_the_required_ones(column, required):
    table = {
        int(row["op"], 0): tuple(fp.Tlv[name] for name in re.findall(r"\*\*(\w+)\*?\*\*", row[column]))
        for row in rows_of("8.4", "op")
    }

    assert table == required


@pytest.mark.parametrize("column", ["arguments", "results"])
def test_the_operations_name_only_known_items(column):
    named = {name for row in rows_of("8.4", "op") for name in re.findall(r"\w+", row[column])}

    assert named <= set(fp.Tlv.__members__)


def test_the_table_of_characteristics_equals_the_code():
    table = [
        (fp.gatt.profile_uuid(int(row["slot"], 16)), row["characteristic"], row["access"], row["mandatory"] == "yes")
        for row in rows_of("2.2", "slot")
    ]
    in_code = [
        (c.uuid, c.name, ", ".join(access.name.lower() for access in c.access), c.mandatory) for c in fp.CHARACTERISTICS
    ]

    assert table == in_code


def test_the_specification_names_the_service_uuid():
    assert fp.SERVICE_UUID in section("2.1")


def test_every_section_that_an_error_cites_exists():
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    cited = set(re.findall(r'"(\d+\.\d+)"', source))

    assert cited
    assert cited <= set(re.findall(r"^### (\d+\.\d+) ", SPEC, re.MULTILINE))


def test_every_section_that_the_specification_refers_to_exists():
    headings = set(re.findall(r"^##+ (\d+(?:\.\d+)?) ", SPEC, re.MULTILINE))
    referred = set(re.findall(r"[Ss]ections? (\d+(?:\.\d+)?)", SPEC))

    assert referred <= headings


@pytest.mark.parametrize(
    ("att_mtu", "n_samples"), [(int(mtu), int(n)) for n, mtu in re.findall(r"(\d+) at MTU (\d+)", section("2.4"))]
)
def test_the_batch_sizes_of_the_specification_are_right(att_mtu, n_samples):
    assert fp.max_samples(fp.FrameKind.IMU6, att_mtu) == n_samples


def test_records_that_are_notified_fit_the_smallest_mtu():
    assert max(config.LAYOUT.size, status.LAYOUT.size) <= gatt.notification_bytes(gatt.MIN_ATT_MTU)
