"""What the documents say is what the code does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from chat.errors import MEANINGS, ErrorCode
from chat.protocol.docs import pages, tables
from chat.protocol.docs.schema import schema
from chat.protocol.docs.transcript import STEPS
from chat.protocol.inbound import INBOUND
from chat.protocol.outbound import OUTBOUND
from chat.protocol.replies import REPLIES

from .samples import SAMPLES, frame_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.fixture(scope="module")
def wire() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


# --- fresh ---


def test_the_page_says_what_the_types_say() -> None:
    present = (DOCS / "protocol.md").read_text()
    assert pages.protocol_page(present) == present, "run: python manage.py protocol_docs"


def test_the_schema_says_what_the_types_say() -> None:
    present = (DOCS / "protocol.schema.json").read_text()
    assert pages.schema_page() == present, "run: python manage.py protocol_docs"


@pytest.fixture
def copy(tmp_path: Path, settings: Any) -> Path:
    """A copy of docs/, in which the command works."""
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("protocol.md", "protocol.schema.json"):
        (folder / name).write_text((DOCS / name).read_text())
    return folder


def test_the_command_finds_nothing_to_do(copy: Path) -> None:
    call_command("protocol_docs", "--check", verbosity=0)


@pytest.mark.parametrize(
    ("name", "generated"),
    [("protocol.md", "| `client_id` |"), ("protocol.schema.json", '"client_id": {')],
)
def test_the_command_finds_what_is_stale_and_mends_it(
    copy: Path, name: str, generated: str
) -> None:
    page = copy / name
    fresh = page.read_text()
    page.write_text(fresh.replace(generated, generated.replace("client", "server")))
    with pytest.raises(CommandError, match=rf"docs/{name}\. Run: "):
        call_command("protocol_docs", "--check")
    assert page.read_text() != fresh
    call_command("protocol_docs", verbosity=0)
    assert page.read_text() == fresh


def test_a_page_without_a_place_for_a_part_is_refused(copy: Path) -> None:
    (copy / "protocol.md").write_text("Nothing here.")
    with pytest.raises(CommandError, match="one place for each"):
        call_command("protocol_docs")


# --- complete ---


def test_every_field_has_a_meaning() -> None:
    written = tables.inbound_events() + tables.outbound_events() + tables.shapes()
    assert not re.findall(r"^.*\| +\|$", written, re.MULTILINE)


def test_every_event_and_code_has_a_place() -> None:
    written = (DOCS / "protocol.md").read_text()
    for name in (*INBOUND, *OUTBOUND):
        assert f"### `{name}`" in written
    assert set(MEANINGS) == set(ErrorCode)


def test_no_event_goes_both_ways() -> None:
    assert not set(INBOUND) & set(OUTBOUND)
    assert set(REPLIES) <= set(INBOUND)


def settings_read() -> set[str]:
    """The variables of the environment that the settings read."""
    source = (ROOT / "project" / "settings.py").read_text()
    return set(re.findall(r"""\benv\.\w+\(\s*"([A-Z_]+)\"""", source))


def test_every_setting_by_environment_is_in_the_guide_to_deploying() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "deploying.md").read_text(), re.MULTILINE)
    assert set(rows) == settings_read()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [target for target in links(page) if not (page.parent / target).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    headings = {anchor(line) for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            yield target


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# --- true ---


def test_the_schema_is_one(wire: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(wire.schema)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.note[:30])
def test_the_worked_example_keeps_to_the_schema(wire: Draft202012Validator, step: Any) -> None:
    wire.validate(json.loads(step.frame))


@pytest.mark.parametrize("event", SAMPLES)
def test_a_good_frame_keeps_to_the_schema(wire: Draft202012Validator, event: str) -> None:
    wire.validate(json.loads(frame_of(event, SAMPLES[event], ref="1")))


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "shout", "data": {}},
        {"event": "join_room"},
        {"event": "join_room", "data": {"room_id": ""}},
        {"event": "send_message", "data": {"room_id": "tea", "message": 3}},
        {"event": "ack", "data": {}},
    ],
)
def test_a_bad_frame_does_not(wire: Draft202012Validator, frame: dict[str, Any]) -> None:
    assert not wire.is_valid(frame)
