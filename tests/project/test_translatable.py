"""Whatever people read is marked for translation: nothing in templates or code is said bare."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

TEMPLATES: Path = settings.BASE_DIR / "templates"
# REST framework's page of the API is for programmers, in the language of its code.
IN_ENGLISH = TEMPLATES / "rest_framework"
# So is the document of the API, which its serializers and views are made of.
CODE = ("accounts", "chat", "project")

# Read aloud or shown, though they stand in a tag.
SHOWN = {"alt", "aria-label", "aria-description", "content", "placeholder", "title", "label"}
# Keys and code are the same in every language.
UNREAD = {"script", "style", "kbd", "code", "meta", "link"}
NAMES = re.compile(r"\bParley\b|&\w+;")
WORD = re.compile(r"[^\W\d_]{2}")
# Blocks of these names hold names of classes.
CLASSES = re.compile(r"block (\w*class|shape|width)")
LITERAL = re.compile(r"""(\w+)=(?:"([^"]*)"|'([^']*)')""")


class Words(HTMLParser):
    """Collects what a page says by itself, without what its tags put in."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in UNREAD:
            self.said += [value for name, value in attrs if name in SHOWN and value]
        elif tag not in {"meta", "link"}:
            self._unread += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREAD:
            self._unread -= 1

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.said.append(data)


def bare_words(source: str) -> list[str]:
    """What a template says in words that no translation can change."""
    words = Words()
    words.feed("".join(_untranslated(source)))
    words.close()
    said = [*words.said, *_handed_on(source)]
    return [text.strip() for text in said if WORD.search(NAMES.sub("", text))]


def _untranslated(source: str) -> Iterator[str]:
    inside = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(None, 1)[0] if token.contents.strip() else ""
        if inside:
            inside = "" if token.token_type == TokenType.BLOCK and name == inside else inside
        elif token.token_type == TokenType.BLOCK and name in {"blocktranslate", "comment"}:
            inside = f"end{name}"
        elif CLASSES.match(token.contents):
            inside = "endblock"
        elif token.token_type == TokenType.TEXT:
            yield token.contents


def _handed_on(source: str) -> Iterator[str]:
    """Words that a template gives to another one."""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.startswith(("include", "with")):
            for _name, double, single in LITERAL.findall(token.contents):
                if re.match(r"[A-Z].*[a-z]", double or single):
                    yield double or single


TEMPLATE_FILES = sorted(
    path
    for path in TEMPLATES.rglob("*")
    if path.suffix in {".html", ".txt"} and IN_ENGLISH not in path.parents
)


@pytest.mark.parametrize("path", TEMPLATE_FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    assert bare_words(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<input placeholder="Your name">',
        "{% if a %}Yes{% endif %}",
        '{% include "x.html" with act="Save it" %}',
    ],
)
def test_bare_words_are_found(source: str) -> None:
    assert len(bare_words(source)) == 1


def test_what_is_translated_or_for_machines_is_no_bare_word() -> None:
    source = (
        '{% load i18n %}<p class="note">{% translate "Hello" %}{% blocktranslate %}you'
        "{% endblocktranslate %} {{ name }} · Parley <kbd>Ctrl</kbd></p>"
        '{% include "x.html" with kind="quiet" act=_("Save") %}'
    )
    assert bare_words(source) == []


# --- code ---

SAYING = {"success", "error", "info", "warning"}  # of django.contrib.messages
SAID = {"label", "help_text", "verbose_name", "verbose_name_plural", "effect", "search_help_text"}


def bare_strings(source: str) -> list[str]:
    """What code says to people in words that no translation can change."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="messages"), attr=verb)):
                found += map(_words_of, node.args[1:]) if verb in SAYING else ()
            case ast.Call(func=ast.Attribute(attr="add_error")):
                found += map(_words_of, node.args[1:])
            case ast.Call(func=ast.Attribute(attr="ValidationError") | ast.Name("ValidationError")):
                found += map(_words_of, node.args[:1])
            case ast.keyword(arg=name, value=value) if name in SAID:
                found.append(_words_of(value))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in SAID:
                found.append(_words_of(value))
    return [text for text in found if WORD.search(text)]


def _words_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_words_of(part) for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


CODE_FILES = sorted(
    path
    for folder in CODE
    for path in (settings.BASE_DIR / folder).rglob("*.py")
    if not {"migrations", "management", "demo"}.intersection(path.parts)
)


def test_code_says_nothing_that_cannot_be_translated() -> None:
    said = {path.name: bare_strings(path.read_text(encoding="utf-8")) for path in CODE_FILES}
    assert {name: words for name, words in said.items() if words} == {}


@pytest.mark.parametrize(
    "source",
    [
        'messages.success(request, "Done.")',
        'form.add_error(None, "No.")',
        'raise forms.ValidationError("No.")',
        'name = forms.CharField(label="Name")',
        'search_help_text = "Finds people."',
        'messages.error(request, f"No {name} here.")',
    ],
)
def test_bare_strings_are_found(source: str) -> None:
    assert len(bare_strings(source)) == 1


def test_marked_strings_pass() -> None:
    assert bare_strings('messages.success(request, _("Done.")); x = F(label=_("Name"))') == []
