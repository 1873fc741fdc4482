"""Markdown made safe: a text in, HTML out. Pure: no database, no request.

What the parser makes of a text goes through an allow-list of tags and attributes, so that neither
a mistake here nor one in the parser can let a script through. Pictures are left out: they would
make readers' browsers ask other people's servers.
"""

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from html import unescape
from typing import Any

import nh3
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# Raised whenever the rules below change: what was stored under older ones is then made anew.
VERSION = 2
EXCERPT = 140
# So many different people can be named in one text.
MENTIONS = 20

TAGS = frozenset(
    "a blockquote br code em hr li ol p pre s strong ul".split()  # noqa: SIM905
)
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "pre": {"tabindex"}}
CLASSES = {"a": {"mention"}, "pre": {"code"}}
SCHEMES = {"http", "https", "mailto"}

# A name that ends in a mark cannot be mentioned: the mark belongs to the sentence.
_name = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?(?![A-Za-z0-9])")
_before_name = re.compile(r"[^\W_]|[@./-]")
_parsers = threading.local()


def render(text: str, mentions: Collection[str] = ()) -> str:
    """Return `text` as safe HTML. `mentions` are the usernames that become links."""
    env = {"people": {name.lower(): name for name in mentions}}
    parser = _parser()
    tokens = parser.parse(text, env)
    html: str = parser.renderer.render(tokens, parser.options, env)
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener ugc",
    )


def names_in(text: str) -> list[str]:
    """Return the names that `text` mentions, in small letters: `MENTIONS` at most."""
    leaves = (leaf for block in _parser().parse(text) for leaf in block.children or ())
    names = (leaf.content.lower() for leaf in leaves if leaf.type == "mention")
    return list(dict.fromkeys(names))[:MENTIONS]


def plain(html: str) -> str:
    """Return the words of what `render` made, in one line and without marks."""
    return " ".join(unescape(nh3.clean(html, tags=set())).split())


def shorten(line: str) -> str:
    """Return the beginning of `line`."""
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"


def _parser() -> MarkdownIt:
    """This thread's own parser: the finder of links keeps what it found in itself."""
    if not hasattr(_parsers, "parser"):
        _parsers.parser = _new_parser()
    parser: MarkdownIt = _parsers.parser
    return parser


def _new_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["linkify", "strikethrough"]).disable("image")
    parser.inline.ruler.before("emphasis", "mention", _find_mention)
    parser.add_render_rule("mention", _mention)
    # The headings of a page are the page's: what people type would only break their order.
    parser.add_render_rule("heading_open", lambda *_: "<p><strong>")
    parser.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return parser


def _find_mention(state: StateInline, silent: bool) -> bool:
    """`@name` outside of links and words."""
    at = state.pos
    if state.src[at] != "@" or state.linkLevel > 0:
        return False
    if at and _before_name.match(state.src[at - 1]):
        return False
    found = _name.match(state.src, at + 1, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("mention", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _mention(
    self: RendererProtocol,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: Mapping[str, Any],
) -> str:
    name = tokens[idx].content
    username = env["people"].get(name.lower())
    if username is None:
        return escape(f"@{name}")
    return f'<a class="mention" href="/people/{escape(username)}/">@{escape(name)}</a>'


def _code(
    self: RendererProtocol,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: Mapping[str, Any],
) -> str:
    # What scrolls must be reachable by keyboard.
    return f'<pre class="code" tabindex="0"><code>{escape(tokens[idx].content)}</code></pre>\n'
