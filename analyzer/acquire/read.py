"""Read a recording, whatever form it has."""

from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from analyzer.acquire.assemble import Assembler
from analyzer.acquire.container import MAGIC
from analyzer.acquire.importers.csv_folder import read_csv_folder
from analyzer.acquire.importers.description import DESCRIPTION_NAME
from analyzer.acquire.importers.npz_recording import read_npz_recording
from analyzer.acquire.merge import merged
from analyzer.acquire.playback import Capture, read_capture
from analyzer.acquire.provenance import source_of
from analyzer.errors import CaptureError, InputError, SensorError, SensorErrorReason, SignalQualityError
from analyzer.model import Athlete, Notice, Placement, Plan, Recording, SensorStream

__all__ = ["assembled_recording", "read"]

_ZIP_MAGIC = b"PK\x03\x04"
_READABLE = f"a capture (.mcap), a folder of CSV files with {DESCRIPTION_NAME}, or an .npz recording"


def read(path: str | PathLike[str], plan: Plan | None = None, athlete: Athlete | None = None) -> Recording:
    """Read a recording: a capture, a folder of CSV files, or an ``.npz`` archive.

    Parameters
    ----------
    path : path-like
        What it is, is told by its content, not by its name.
    plan, athlete : optional
        Go before what the recording says itself.

    Returns
    -------
    Recording
        With `source` saying what was read: name, SHA-256, size, kind and what was assumed.

    Raises
    ------
    InputError, CaptureError, SensorError, SignalQualityError
        It cannot be used; one line says why and what to do.
    """
    path = Path(path)
    if path.is_dir():
        if not (path / DESCRIPTION_NAME).exists():
            raise InputError(f"{path}: a folder without {DESCRIPTION_NAME}; psr reads {_READABLE}")
        return read_csv_folder(path, plan, athlete)
    head = _head(path)
    if head == MAGIC:
        return assembled_recording(read_capture(path), plan, athlete)
    if head.startswith(_ZIP_MAGIC):
        return read_npz_recording(path, plan, athlete)
    if path.name == DESCRIPTION_NAME:
        raise InputError(f"{path}: give the folder that holds it")
    if path.suffix.lower() == ".csv":
        raise InputError(
            f"{path}: a single CSV file; put it into a folder with {DESCRIPTION_NAME}, which says its units"
        )
    raise InputError(f"{path}: not a recording; psr reads {_READABLE}")


def assembled_recording(capture: Capture, plan: Plan | None = None, athlete: Athlete | None = None) -> Recording:
    """Return the recording in a capture: its payloads, assembled as they are live, on the host clock.

    Parameters
    ----------
    capture : Capture
    plan, athlete : optional
        Go before what the capture says.

    Returns
    -------
    Recording
        Times are corrected with all that the whole capture tells about the clocks; `payloads` lets an analysis walk
        through them as it did live. A sensor whose samples cannot be used is left out with a notice.

    Raises
    ------
    CaptureError
        No payload at all.
    SensorError, SignalQualityError
        No sensor can be used.
    """
    assembler = Assembler()
    blocks: dict[Placement, list[SensorStream]] = {}
    # The whole recording is at hand: what came again late takes its place, however late it was.
    payloads = merged(capture.payloads())
    for payload in payloads:
        for block in assembler.push(payload):
            blocks.setdefault(block.placement, []).append(block)
    for block in assembler.finish():
        blocks.setdefault(block.placement, []).append(block)
    # After the last block: sentences hold counts, which grow until then.
    notices = [*capture.notices, *assembler.notices]
    if not blocks:
        raise _nothing_usable(capture, notices)
    streams, too_poor = _streams(assembler, blocks)
    if not streams:
        raise SignalQualityError(too_poor[0].text)
    return Recording(
        streams,
        plan or capture.plan,
        athlete or capture.athlete,
        capture.marks,
        (*notices, *too_poor),
        simulated=capture.simulated,
        source={
            **source_of(capture.path, "capture", [capture.path], ["least delays of all links are equal"]),
            **_recorded_on(capture),
        },
        payloads=payloads,
    )


def _recorded_on(capture: Capture) -> dict[str, str]:
    """Return the day of a capture, in UTC, if it tells."""
    try:
        if capture.started_utc:
            return {"recorded_on": datetime.fromisoformat(capture.started_utc).date().isoformat()}
        if capture.host_clock:
            return {"recorded_on": datetime.fromtimestamp(capture.host_clock[0].utc_s, UTC).date().isoformat()}
    # A day that is none, or a clock that was never set: the day is not known, the samples are none the worse.
    except (ValueError, OverflowError, OSError):
        return {}
    return {}


def _streams(
    assembler: Assembler, blocks: dict[Placement, list[SensorStream]]
) -> tuple[dict[Placement, SensorStream], list[Notice]]:
    # Asked at the end, when the whole recording has told about the clocks.
    corrections = assembler.corrections()
    streams, notices = {}, []
    for placement, parts in blocks.items():
        joined = SensorStream.joined(parts)
        signals = {
            "time_s": corrections[placement].to_host(joined.time_s),
            "acc_m_s2": joined.acc_m_s2,
            "gyr_rad_s": joined.gyr_rad_s,
            "acc_range_m_s2": joined.acc_range_m_s2,
            "gyr_range_rad_s": joined.gyr_range_rad_s,
            # Handed on: a sensor may report clipping that no sample shows.
            "clipped": joined.clipped,
        }
        try:
            streams[placement] = SensorStream.from_arrays(placement, signals)
        # One poor sensor does not cost the others.
        except SignalQualityError as error:
            notices.append(Notice("sensor.unusable", str(error), placement))
    return streams, notices


def _nothing_usable(capture: Capture, notices: list[Notice]) -> CaptureError | SensorError:
    reasons = {
        "sensor.no_config": SensorErrorReason.NO_CONFIG,
        "sensor.no_placement": SensorErrorReason.WRONG_PLACEMENT,
        "sensor.bad_payload": SensorErrorReason.PROTOCOL,
    }
    # A sensor's own trouble explains more than that nothing came of it.
    for notice in notices:
        if notice.code in reasons:
            return SensorError(f"{capture.path}: no sensor can be used. {notice.text}", reasons[notice.code])
    return CaptureError(f"{capture.path}: no sensor sent any sample; nothing was recorded")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not head:
        raise InputError(f"{path}: the file is empty")
    return head
