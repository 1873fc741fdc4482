"""Markdown made safe: what it may do, and what no text can make it do."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import markdown

ALLOWED = {
    "a": {"href", "title", "class", "rel"},
    "ol": {"start"},
    "pre": {"class", "tabindex"},
}


class Seen(HTMLParser):
    """Every tag and attribute of a page, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def in_a_line(text: str) -> str:
    return markdown.shorten(markdown.plain(markdown.render(text)))


def faults(html: str) -> list[str]:
    """What in `html` could do harm."""
    seen = Seen()
    seen.feed(html)
    found = []
    for tag, attributes in seen.tags:
        if tag not in markdown.TAGS:
            found.append(f"<{tag}>")
        found += [f"{tag} {name}" for name in set(attributes) - ALLOWED.get(tag, set())]
        address = re.sub(r"[\x00-\x20]", "", attributes.get("href", "")).lower()
        if re.match(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", address):
            found.append(f"href {address}")
        if tag == "a" and attributes.get("rel") != "nofollow noopener ugc":
            found.append("a link without rel")
    return found


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>body{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<p style=position:fixed>x</p>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:x)",
    "[x](ftp://x)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](http://a "onmouseover=alert(1) x=\\"")',
    '[x](http://a"onmouseover="alert(1))',
    "[x](<http://a onmouseover=alert(1)>)",
    "![x](http://evil.example/pixel.png)",
    "![x](data:image/png;base64,AAAA)",
    "![x][y]\n\n[y]: http://evil.example/pixel.png",
    "```html onmouseover=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "    </code></pre><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "@<script>alert(1)</script>",
    "@bob<script>",
    '@bob" onclick="alert(1)',
    "http://a/<script>alert(1)</script>",
    'http://a/"onmouseover="alert(1)',
    "www.a.example/'><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<script>\x00alert(1)</script>",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<a\nhref='x'\nonclick='alert(1)'>x</a>",
    "[<img src=x onerror=alert(1)>](http://a)",
    "[a](http://a)[b](javascript:b)",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "a|b\n-|-\n<script>|x",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_becomes_words(text: str) -> None:
    assert faults(markdown.render(text, ["bob"])) == []


pieces = st.sampled_from(
    [*"<>\"'&[]()!`*_#@:/\\ \n\t\0", "javascript:", "http://", "onload=", "script", "bob", "&#x3c;"]
)


@given(st.lists(pieces, max_size=60).map("".join))
def test_no_text_gets_more_than_is_allowed(text: str) -> None:
    assert faults(markdown.render(text, ["bob"])) == []


@given(st.text(max_size=200))
def test_any_text_can_be_shown_and_told_in_a_line(text: str) -> None:
    assert faults(markdown.render(text)) == []
    assert "\n" not in in_a_line(text)
    assert len(in_a_line(text)) <= markdown.EXCERPT
    assert len(markdown.names_in(text)) <= markdown.MENTIONS


@pytest.mark.parametrize(
    "piece",
    ["[", "*a_", ">", "`", "![", "@a", "a@", "http://", "[a](<", "***", "- ", "\\", "&", "<", "~~"],
)
def test_ten_thousand_marks_are_only_a_long_text(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    assert faults(markdown.render(text)) == []


def test_what_markdown_is_for_works() -> None:
    html = markdown.render("*a* **b** ~~c~~ `d`\ne\n\n- f\n\n1. g\n\n> h\n\n---\n\n# i")
    for part in ("<em>a", "<strong>b", "<s>c", "<code>d", "<br>", "<ul>", "<ol>", "<blockquote>"):
        assert part in html
    assert "<hr>" in html
    assert "<p><strong>i</strong></p>" in html, "the headings of a page are the page's"


def test_addresses_become_links_that_lend_no_credit() -> None:
    assert markdown.render("see example.org and https://a.example/b?c=d&e") == (
        '<p>see <a href="http://example.org" rel="nofollow noopener ugc">example.org</a> and '
        '<a href="https://a.example/b?c=d&amp;e" rel="nofollow noopener ugc">'
        "https://a.example/b?c=d&amp;e</a></p>\n"
    )


def test_code_stands_as_it_was_typed_and_is_reached_by_keyboard() -> None:
    assert markdown.render("```py\nif a < b:\n    @bob\n```", ["bob"]) == (
        '<pre class="code" tabindex="0"><code>if a &lt; b:\n    @bob\n</code></pre>\n'
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob", ["bob"]),
        ("Hi @Bob, @bob and @carol.", ["bob", "carol"]),
        ("(@bob) **@carol** _@dave_", ["bob", "carol", "dave"]),
        ("@anne.smith-jones_2: yes", ["anne.smith-jones_2"]),
        ("bob@example.org x@bob", []),
        ("@ bob @@bob @-bob /@bob", []),
        ("`@bob`\n\n    @bob\n\n```\n@bob\n```", []),
        ("[@bob](http://a) http://a/@bob", []),
        ("@" + "b" * 33, []),
    ],
)
def test_who_is_mentioned(text: str, names: list[str]) -> None:
    assert markdown.names_in(text) == names


def test_only_people_who_exist_become_links() -> None:
    html = markdown.render("@BOB and @nobody", ["bob"])
    assert html == (
        '<p><a class="mention" href="/people/bob/" rel="nofollow noopener ugc">@BOB</a>'
        " and @nobody</p>\n"
    )


def test_a_text_is_told_in_one_line() -> None:
    text = "# Title\n\n**Hi** @bob,\nsee `x` and\n\n- [this](http://a)\n"
    assert in_a_line(text) == "Title Hi @bob, see x and this"
    assert in_a_line("word " * 100).endswith("…")
