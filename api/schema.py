"""The OpenAPI document: what is true of every operation is said here, once."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from api.examples import exemplify

DESCRIPTION = """\
Everything that people do on Parley's pages, for programs.

* **Log in**: `POST /api/tokens/` with a name and a password makes a token; send it as
  `Authorization: Bearer …`. Pages of this site may use their session instead, with a CSRF token.
* **Errors** have one shape: `{"error": code, "message": text, "fields": {name: [text]}?}`. The code
  is for programs and keeps its meaning. What one may not know of answers like what does not exist.
* **Lists** that can be counted come in pages: `{items, count, next, previous}`. What grows while
  one reads comes as `{items, next, previous}`: messages by their place, the oldest first, all else
  by cursors. Follow the links.
* **Retries**: what is sent again with the same `client_id` is stored once; with other words it is a
  409 `conflict`.
* **Slashes**: every address ends with one.
* **Caching**: what carries an `ETag` answers 304 to `If-None-Match`.
* **Limits**: 429 says in `Retry-After` how many seconds to wait.
* **Versions**: this is version 1. Fields and operations may be added to it, so ignore what you do
  not know; nothing is taken away or changes its meaning.
* **Live**: the same messages arrive over a WebSocket at `/ws/chat/`, see docs/protocol.md;
  a session with curl is in docs/api.md.
"""

ERROR = {
    "type": "object",
    "description": "Why not.",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "For programs; it keeps its meaning."},
        "message": {"type": "string", "description": "For people."},
        "fields": {
            "type": "object",
            "description": "What is wrong with which field.",
            "additionalProperties": True,
        },
    },
}
REFUSALS = {
    "400": "Something in the request is not right.",
    "401": "Nobody is logged in, or not any more.",
    "403": "One may not do this.",
    "404": "There is nothing at this address, or nothing one may know of.",
    "405": "This cannot be done here.",
    "406": "There is no such form of this.",
    "409": "It does not fit what is there by now.",
    "413": "The body is too long.",
    "415": "This is not JSON.",
    "429": "Too quick; `Retry-After` says how many seconds to wait.",
    "503": "The server cannot answer now.",
}
WITH_BODY = {"400", "409", "413", "415"}


class Schema(AutoSchema):
    """Names operations after resources, and files them under the first word of their address."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/").split("/")[0] or "start"]

    def get_summary(self) -> str:
        """The first sentence of what is said about it."""
        return " ".join(self.get_description().partition(".")[0].split())


class BearerScheme(OpenApiAuthenticationExtension):
    """How a token is presented."""

    target_class = "api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "From `POST /api/tokens/`."}


NEW_PLACE = {"description": "Where it is.", "schema": {"type": "string", "format": "uri"}}
VERSION = {"description": "For `If-None-Match`.", "schema": {"type": "string"}}
SECONDS = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
CONDITIONAL = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of the last answer: 304 if nothing has changed.",
    "schema": {"type": "string"},
}
# Operations whose 201 has a `Location`, and those whose 200 has an `ETag`.
MAKING = {"users_create", "rooms_create", "messages_create", "posts_create", "comments_create"}
VERSIONED = {"messages_list", "messages_retrieve"}


def finished(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Say which refusals every operation may answer with, and show examples; describe the whole."""
    result["info"]["description"] = DESCRIPTION
    result["components"]["securitySchemes"]["credentials"] = {"type": "http", "scheme": "basic"}
    result["paths"]["/api/tokens/"]["post"]["security"] = [{"credentials": []}, {}]
    result["components"]["schemas"]["Error"] = ERROR
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status, words in REFUSALS.items():
                if method in {"post", "put", "patch"} or status not in WITH_BODY - {"400"}:
                    content = {"schema": {"$ref": "#/components/schemas/Error"}}
                    refusal = {"description": words, "content": {"application/json": content}}
                    operation["responses"].setdefault(status, refusal)
            _describe_headers(operation)
            exemplify(operation)
    return result


def _describe_headers(operation: dict[str, Any]) -> None:
    """Say which headers the answers of an operation bring that a client goes by."""
    answers = operation["responses"]
    answers["429"]["headers"] = {"Retry-After": SECONDS}
    if operation["operationId"] in MAKING:
        answers["201"]["headers"] = {"Location": NEW_PLACE}
    if operation["operationId"] in VERSIONED:
        answers["200"]["headers"] = {"ETag": VERSION}
        answers["304"] = {"description": "Nothing has changed.", "headers": {"ETag": VERSION}}
        operation["parameters"].append(CONDITIONAL)
