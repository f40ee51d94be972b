"""Plans, athletes, marks and link events as JSON documents.

JSON knows no NaN: a number that is not known is written as null and read back as NaN.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Literal, TypeVar, get_args, get_origin

from analyzer.errors import InputError
from analyzer.model import Athlete, CueMark, LinkEvent, Mark, Plan, PlannedRun

__all__ = ["athlete_from", "json_object", "link_event_from", "mark_from", "plan_from", "to_json"]

T = TypeVar("T", Athlete, Mark, CueMark, LinkEvent, PlannedRun)


def to_json(item: Plan | Athlete | Mark | LinkEvent | Mapping[str, float]) -> bytes:
    """Return a plan, athlete, mark, link event or plain mapping as one line of UTF-8 JSON.

    Keys keep the order of the fields, so equal items give equal bytes.

    Examples
    --------
    >>> to_json(Mark(1.5, "tap"))
    b'{"time_s":1.5,"kind":"tap","text":""}'
    """
    plain = item if isinstance(item, Mapping) else asdict(item)
    return json.dumps(_without_nan(plain), ensure_ascii=False, separators=(",", ":")).encode()


def json_object(text: bytes | str) -> Mapping[str, Any]:
    """Return a JSON object as a mapping.

    Raises
    ------
    InputError
        Not UTF-8, not JSON, or JSON but no object.
    """
    try:
        document = json.loads(text)
    # Wrong UTF-8 and wrong JSON are both ValueErrors; deep nesting ends in the other.
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a JSON document ({error})") from error
    if not isinstance(document, dict):
        raise InputError(f"expected a JSON object, got {type(document).__name__}")
    return document


def plan_from(document: Mapping[str, Any]) -> Plan:
    """Return the plan in a JSON object; keys of later versions are passed over.

    Raises
    ------
    InputError
        A field is missing or holds something else than it should.
    """
    runs = document.get("runs")
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise InputError("a plan needs 'runs', a list of objects")
    wording = document.get("wording", "effort")
    # A tuple and not a set: anything may stand in a file, and a list cannot be looked up in a set.
    if wording not in ("effort", "speed"):
        raise InputError(f"the plan's wording must be effort or speed, got {wording!r}")
    surface, name = (str(document.get(key, "")) for key in ("surface", "name"))
    return Plan(
        tuple(_built(PlannedRun, run) for run in runs), wording, surface, name, _assigned(document.get("assigned", []))
    )


def _assigned(pairs: object) -> tuple[tuple[int, int | None], ...]:
    """Return the pairs of run and planned run; plans before these were written have none."""
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise InputError(f"the plan's assigned must be pairs such as [[1, 1], [3, null]], got {pairs!r}")
    return tuple((run, slot) for run, slot in pairs)


def _is_pair(pair: object) -> bool:
    # By type, not isinstance: to Python true is an int.
    return isinstance(pair, list) and len(pair) == 2 and type(pair[0]) is int and type(pair[1]) in (int, type(None))


def athlete_from(document: Mapping[str, Any]) -> Athlete:
    """Return the athlete in a JSON object, as `plan_from` does for plans."""
    return _built(Athlete, document)


def mark_from(document: Mapping[str, Any]) -> Mark:
    """Return the mark in a JSON object, as `plan_from` does for plans: a start signal if it says what was shown."""
    return _built(CueMark, document) if "shown" in document else _built(Mark, document)


def link_event_from(document: Mapping[str, Any]) -> LinkEvent:
    """Return the link event in a JSON object, as `plan_from` does for plans."""
    return _built(LinkEvent, document)


def _built(kind: type[T], document: Mapping[str, Any]) -> T:
    # `field.type` is a type, not a string, only as long as the model does not postpone its annotations.
    known = {field.name: field.type for field in fields(kind)}
    values: dict[str, Any] = {
        name: _checked(name, known[name], value) for name, value in document.items() if name in known
    }
    try:
        return kind(**values)
    # The dataclass itself knows which of its fields have no default.
    except TypeError as error:
        raise InputError(f"{kind.__name__}: a field is missing ({error})") from error


def _checked(name: str, kind: Any, value: object) -> float | str:
    if kind is float:
        if value is None:
            return math.nan
        # To Python true is an int.
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        raise InputError(f"{name} must be a number or null, got {value!r}")
    if not isinstance(value, str):
        raise InputError(f"{name} must be text, got {value!r}")
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise InputError(f"{name} must be one of {', '.join(get_args(kind))}, got {value!r}")
    return value


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(entry) for entry in value]
    return None if isinstance(value, float) and math.isnan(value) else value
