"""The documents name what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
DOCUMENTS = [HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_module_of_the_chat_is_on_the_map_once() -> None:
    architecture = (HOUSE / "docs" / "architecture.md").read_text()
    [_, table] = architecture.split("## The modules of chat\n")
    table = table.partition("\n## ")[0]
    modules = {path.stem for path in (HOUSE / "chat").glob("*.py")} - {"__init__"}
    assert sorted(re.findall(r"`(\w+)`", table)) == sorted(modules)


def asked_for() -> set[str]:
    """The variables of the environment that the settings read."""
    settings = (HOUSE / "project" / "settings.py").read_text()
    return set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))


def test_what_the_tour_says_to_set_can_be_set() -> None:
    tour = (HOUSE / "docs" / "tour.md").read_text()
    named = set(re.findall(r"\(`([A-Z_]+)`\)", tour))
    assert named
    assert named <= asked_for()


def test_the_table_of_settings_is_what_the_environment_is_asked_for() -> None:
    deploying = (HOUSE / "docs" / "deploying.md").read_text()
    [_, table] = deploying.split("| variable | without it | what it is |\n")
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) == asked_for()
