"""Texts as markup, held by the same cases as the page's script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chat.texts import as_html, mentions_in

CASES = json.loads((Path(__file__).parents[1] / "texts.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_is_shown_as_the_script_shows_it(case: dict[str, Any]) -> None:
    html = as_html(case["text"], mentions=case["mentions"], reader=case["reader"])
    assert html == case["html"]


def test_names_may_end_a_sentence_or_have_a_full_stop() -> None:
    assert list(mentions_in("ask @Bob. Or @b.o.b, not x@carol")) == [["bob.", "bob"], ["b.o.b"]]


def test_code_names_nobody() -> None:
    assert list(mentions_in("`@alice`\n```\n@bob\n```\n@carol")) == [["carol"]]
