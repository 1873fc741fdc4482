"""Tables of the protocol in Markdown, made from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chat.errors import MEANINGS

from ..close_codes import CloseCode
from ..inbound import INBOUND
from ..outbound import OUTBOUND, Ack
from ..replies import REPLIES
from .schema import Schema, components, data_of

Row = tuple[str, ...]


def inbound_events() -> str:
    """A section for each event that a client may send."""
    shapes = components()
    return "\n\n".join(
        f"### `{event}`\n\n{_section(shapes[kind.__name__])}\n\n"
        f"Ack: {_type({'$ref': REPLIES[event].__name__})}."
        for event, kind in INBOUND.items()
    )


def outbound_events() -> str:
    """A section for each event that a client may hear; acks have their own."""
    return "\n\n".join(
        f"### `{event}`\n\n{_outbound_section(kind)}"
        for event, kind in OUTBOUND.items()
        if kind is not Ack
    )


def _outbound_section(kind: type[Any]) -> str:
    data = data_of(kind)
    if data is kind:
        return _section(components()[kind.__name__])
    return f"{kind.__doc__} Its data is a {_type({'$ref': data.__name__})}."


def shapes() -> str:
    """A section for each object that events and acks carry inside."""
    events = {kind.__name__ for kind in (*INBOUND.values(), *OUTBOUND.values())}
    return "\n\n".join(
        f"### {name}\n\n{_section(shape)}"
        for name, shape in components().items()
        if name not in events
    )


def error_codes() -> str:
    return _table(("code", "meaning"), ((f"`{code}`", text) for code, text in MEANINGS.items()))


def close_codes() -> str:
    return _table(("code", "meaning"), ((str(code), code.meaning) for code in CloseCode))


def _section(shape: Schema) -> str:
    required = shape.get("required", ())
    rows = [
        (f"`{name}`", _type(field), "yes", _meaning(field))
        if name in required
        else (f"`{name}`", _type(_given(field)), "no", _meaning(field))
        for name, field in shape["properties"].items()
    ]
    body = _table(("field", "type", "required", "meaning"), rows) if rows else "It has no fields."
    return f"{shape['description']}\n\n{body}"


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = (head, tuple("---" for _ in head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _given(field: Schema) -> Schema:
    """What an optional field is where it is not null: null says the same as leaving it out."""
    options = [option for option in field.get("anyOf", ()) if option != {"type": "null"}]
    return {"anyOf": options} if options else field


def _meaning(field: Schema) -> str:
    nested = (_meaning(option) for option in field.get("anyOf", ()))
    return field.get("description") or next(filter(None, nested), "")


def _type(field: Schema) -> str:
    match field:
        case {"anyOf": options}:
            return " or ".join(map(_type, options))
        case {"$ref": pointer}:
            name = pointer.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"enum": values}:
            return " or ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
    return _scalar(field)


def _scalar(field: Schema) -> str:
    match field:
        case {"type": "string", "format": "date-time"}:
            return "time, ISO 8601"
        case {"type": "string", **bounds}:
            return "text" + _bounds(bounds, "minLength", "maxLength", unit=" characters")
        case {"type": "integer", **bounds}:
            return "integer" + _bounds(bounds, "minimum", "maximum")
    return str(field["type"])


def _bounds(bounds: Schema, lowest: str, highest: str, *, unit: str = "") -> str:
    low, high = bounds.get(lowest), bounds.get(highest)
    if high is not None and high < 2**63 - 1:
        return f", {low or 0} to {high}{unit}"
    return f", from {low}" if low is not None else ""
