"""A text as its sender meant it: links, code, lists, mentions. Pure.

static/js/text.js makes the same markup in browsers; tests/texts.json holds both to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape
from itertools import takewhile

FENCE = re.compile(r"```[A-Za-z0-9_+#.-]* *\Z")
ITEM = re.compile(r"(?:[-*]|([0-9]{1,3})[.)]) +(.*\S.*)\Z")
INLINE = re.compile(
    r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>[^\n]*?[^`\n])(?P=ticks)(?!`)"
    r"|(?<![A-Za-z0-9])(?P<url>(?:https?://|mailto:)[^\s<>\"`]+)"
    r"|(?<![A-Za-z0-9_@./-])@(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,31})"
)
CLOSING = {")": "(", "]": "[", "}": "{"}


def mentions_in(text: str) -> Iterator[list[str]]:
    """For each `@` that may mention somebody, the names it may mean, in small letters; none
    inside code.

    A full stop may end the sentence or belong to the name: the longest reading comes first, and
    is meant where there is somebody called so.
    """
    for line in _outside_fences(text):
        for found in INLINE.finditer(line):
            if found["name"]:
                yield [name.lower() for name in _readings(found["name"])]


def as_html(text: str, *, mentions: Collection[str] = (), reader: str = "") -> str:
    """The markup of `text`: `mentions` are usernames of members, `reader` the one who reads."""
    known = {name.lower(): name for name in mentions}
    blocks: list[str] = []
    plain: list[str] = []
    lines = text.split("\n")

    def inline(part: str) -> str:
        return "".join(_inline(part, known, reader))

    def flush() -> None:
        said = re.sub(r"^\s*\n|\s+\Z", "", "\n".join(plain))
        plain.clear()
        if said:
            blocks.append(f"<p>{inline(said)}</p>")

    at = 0
    while at < len(lines):
        if FENCE.match(lines[at]):
            flush()
            code = list(takewhile(lambda line: line.rstrip() != "```", lines[at + 1 :]))
            body = escape("\n".join(code))
            blocks.append(f'<pre class="code" tabindex="0"><code>{body}</code></pre>')
            at += len(code) + 2
        elif items := _list_at(lines, at):
            flush()
            rows = "".join(f"<li>{inline(item[2])}</li>" for item in items)
            first = items[0][1]
            start = f' start="{first}"' if first and first != "1" else ""
            blocks.append(f"<ol{start}>{rows}</ol>" if first else f"<ul>{rows}</ul>")
            at += len(items)
        else:
            plain.append(lines[at])
            at += 1
    if not blocks:
        return f"<p>{inline(text)}</p>"
    flush()
    return "".join(blocks)


def _list_at(lines: list[str], at: int) -> list[re.Match[str]]:
    """The items of one kind that follow each other from line `at` on."""
    matches = (ITEM.match(lines[place]) for place in range(at, len(lines)))
    items = [item for item in takewhile(bool, matches) if item]
    return list(takewhile(lambda item: (item[1] is None) == (items[0][1] is None), items))


def _inline(text: str, known: dict[str, str], reader: str) -> Iterator[str]:
    done = 0
    for found in INLINE.finditer(text):
        length = len(found[0])
        if found["url"]:
            href = _trimmed(found["url"])
            length = len(href)
            if re.search(r":/*\Z", href):
                continue
            node = f'<a href="{escape(href)}" rel="noopener">{escape(href)}</a>'
        elif found["name"]:
            written = next((each for each in _readings(found["name"]) if each.lower() in known), "")
            if not written:
                continue
            length = len(written) + 1
            name = known[written.lower()]
            kind = "mention is-you" if name == reader else "mention"
            node = f'<a class="{kind}" href="/people/{name}/">@{written}</a>'
        else:
            node = f"<code>{escape(found['code'])}</code>"
        yield escape(text[done : found.start()])
        yield node
        done = found.start() + length
    yield escape(text[done:])


def _trimmed(url: str) -> str:
    """Without what ends the sentence around it."""
    while True:
        opening = CLOSING.get(url[-1])
        if opening:
            if url.count(url[-1]) <= url.count(opening):
                return url
        elif url[-1] not in ".,;:!?'*_~":
            return url
        url = url[:-1]


def _readings(name: str) -> Iterator[str]:
    yield name
    while name[-1] in "._-":
        name = name[:-1]
        yield name


def _outside_fences(text: str) -> Iterator[str]:
    inside = False
    for line in text.split("\n"):
        if inside:
            inside = line.rstrip() != "```"
        elif FENCE.match(line):
            inside = True
        else:
            yield line
