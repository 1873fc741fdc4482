"""The wire as JSON Schema (draft 2020-12), made from the types."""

from __future__ import annotations

from typing import Any

import msgspec

from ..contents import MessageBody
from ..fields import Ref
from ..inbound import INBOUND
from ..outbound import MESSAGE_EVENTS, OUTBOUND, Ack, Error, OutboundEvent
from ..replies import REPLIES

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
POINTER = "#/$defs/{name}"


def data_of(kind: type[OutboundEvent]) -> type[Any]:
    """The type of the data that an outgoing event carries; of acks see `REPLIES`."""
    return MessageBody if kind in MESSAGE_EVENTS else kind


def components() -> dict[str, Schema]:
    """The schema of every type on the wire, by the type's name."""
    types = [*INBOUND.values(), *map(data_of, OUTBOUND.values()), *REPLIES.values()]
    _, found = msgspec.json.schema_components(dict.fromkeys(types), ref_template=POINTER)
    found.pop(Ack.__name__)
    return {name: tidy(found[name]) for name in sorted(found)}


def schema() -> Schema:
    """One document. A frame is the entry of `$defs` that bears its event's name."""
    return {
        "$schema": DRAFT,
        "title": "Frames of Parley's chat protocol",
        "description": "One WebSocket text frame. Both sides ignore fields they do not know.",
        "anyOf": [_pointer("inbound"), _pointer("outbound")],
        "$defs": {
            "inbound": {"oneOf": [_pointer(event) for event in INBOUND]},
            "outbound": {"oneOf": [_pointer(event) for event in OUTBOUND]},
            **{event: _inbound(event) for event in INBOUND},
            **{event: _outbound(event) for event in OUTBOUND},
            "ref": tidy(msgspec.json.schema(Ref)),
            **components(),
        },
    }


def _inbound(event: str) -> Schema:
    data = INBOUND[event].__name__
    needed = ["data"] if components()[data].get("required") else []
    ref = {"anyOf": [_pointer("ref"), {"type": "null"}]}
    return _frame(event, _pointer(data), ref=ref, required=needed)


def _outbound(event: str) -> Schema:
    kind = OUTBOUND[event]
    if kind is Ack:
        replies = dict.fromkeys(reply.__name__ for reply in REPLIES.values())
        data = {"anyOf": [_pointer(name) for name in replies]}
        return _frame(event, data, ref=_pointer("ref"), required=["data", "ref"])
    ref = _pointer("ref") if kind is Error else None
    return _frame(event, _pointer(data_of(kind).__name__), ref=ref, required=["data"])


def _frame(event: str, data: Schema, *, ref: Schema | None, required: list[str]) -> Schema:
    properties = {"event": {"const": event}, "data": data}
    if ref is not None:
        properties["ref"] = ref
    return {"type": "object", "properties": properties, "required": ["event", *required]}


def _pointer(name: str) -> Schema:
    return {"$ref": POINTER.format(name=name)}


def tidy(node: Any) -> Any:
    """Leave out what is only the server's own: data that it holds encoded already (`Raw`), and
    the line breaks of docstrings."""
    match node:
        case {"anyOf": [{**nothing}, only], **rest} if not nothing:
            return tidy({**rest, **only})
        case {"description": str(text), **rest}:
            return {"description": " ".join(text.split()), **tidy(rest)}
        case dict():
            return {key: tidy(value) for key, value in node.items()}
        case list():
            return [tidy(value) for value in node]
    return node
