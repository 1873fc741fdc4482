"""What the OpenAPI document shows of every operation. A test makes the same calls and compares;
where it finds a difference, it writes the new file."""

import json
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_name("examples.json")
# Under the operation's id: `{request?, answers: {status: answer}}`, null for an answer that is no
# JSON; under "everywhere" the refusals that are the same for all operations.
EXAMPLES: dict[str, Any] = json.loads(PLACE.read_text("utf-8"))


def exemplify(operation: dict[str, Any]) -> None:
    """Show what one sends to an operation and gets."""
    example = EXAMPLES.get(operation["operationId"], {"answers": {}})
    for status, answer in (EXAMPLES["everywhere"]["answers"] | example["answers"]).items():
        if status in operation["responses"] and answer is not None:
            _show(operation["responses"][status], answer)
    if "request" in example:
        _show(operation["requestBody"], example["request"])


def _show(part: dict[str, Any], example: Any) -> None:
    part["content"]["application/json"]["example"] = example
