"""What is typed to find something is words, whatever it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.search.excerpts import LENGTH, Part, excerpt
from accounts.search.folding import fold
from accounts.search.tokens import tokens
from accounts.search.words import TERM_COUNT, TERM_LENGTH, Term, words_of

from .test_tokens import TEXTS

OPERATORS = ["AND", "OR", "NOT", "NEAR", "NEAR/3", "*", "^", ":", '"', "'", "-", "+", "(", "{x}:"]
OPERATORS += ["<->", "&", "|", "!", ":*", "\\", "%", "_", ";--", "' OR 1=1", "@1", "\0", "words :"]


def terms(typed: str) -> list[tuple[str, bool]]:
    return [(" ".join(term.tokens), term.prefix) for term in words_of(typed).terms]


def marked(text: str, typed: str) -> str:
    return "".join(
        f"[{part.text}]" if part.found else part.text for part in excerpt(text, words_of(typed))
    )


def test_all_words_count_and_the_last_may_go_on() -> None:
    assert terms("Red blue gre") == [("red", False), ("blue", False), ("gre", True)]


def test_a_single_letter_is_no_beginning() -> None:
    assert terms("plan b") == [("plan", False), ("b", False)]


def test_quotes_keep_words_together() -> None:
    assert terms('"red Blue" green') == [("red blue", False), ("green", True)]
    assert terms("„rot blau“ grün") == [("rot blau", False), ("grun", True)]
    assert terms('say "hello wor') == [("say", False), ("hello", False), ("wor", True)]


def test_what_stands_without_a_space_stays_together() -> None:
    assert terms("send_message now") == [("send message", False), ("now", True)]


def test_operators_are_words_or_nothing() -> None:
    assert terms("red AND NOT blue*") == [
        ("red", False),
        ("and", False),
        ("not", False),
        ("blue", True),
    ]
    assert terms("words:red -blue (green)^2") == [
        ("words red", False),
        ("blue", False),
        ("green 2", False),
    ]


def test_the_end_of_what_has_no_spaces_may_go_on() -> None:
    assert terms("京 東京都 x") == [("京", True), ("東京 京都", True), ("x", False)]


def test_a_word_typed_twice_is_looked_for_once() -> None:
    assert terms("red red redd") == [("red", False), ("redd", True)]


def test_what_is_very_long_is_cut() -> None:
    assert len(words_of("ab " * 10_000).terms) == 2  # the last one may go on
    assert len(words_of(" ".join(f"w{n}" for n in range(900))).terms) == TERM_COUNT
    [term] = words_of("_".join("ab" * 400)).terms
    assert len(term.tokens) <= TERM_LENGTH


@pytest.mark.parametrize("typed", ["", " ", "!?", '"', '""', "* ^ :", "\u200b"])
def test_without_words_nothing_is_looked_for(typed: str) -> None:
    assert not words_of(typed)


@given(st.lists(st.one_of(TEXTS, st.sampled_from(OPERATORS)), max_size=12).map(" ".join))
def test_anything_can_be_typed(typed: str) -> None:
    for term in words_of(typed).terms:
        assert term.tokens
        assert all(char.isalnum() for token in term.tokens for char in token if char.isascii())


@given(TEXTS)
def test_every_word_of_a_text_finds_it(text: str) -> None:
    found = list(tokens(fold(text)))
    for typed in text.split():
        for term in words_of(typed).terms:
            assert list(term.found_at(found)), (text, typed)


@given(TEXTS)
def test_a_text_finds_itself(text: str) -> None:
    found = list(tokens(fold(text)))
    assert all(list(term.found_at(found)) for term in words_of(text).terms)
    assert all(list(term.found_at(found)) for term in words_of(f'"{text}"').terms)


# Excerpts


def test_what_was_found_is_marked_in_the_real_text() -> None:
    assert (
        marked("Die GRÖßE zählt, der größere auch", "größe")
        == "Die [GRÖßE] zählt, der [größere] auch"
    )
    assert marked("in chat.send_message now", "send_message") == "in chat.[send_message] now"
    assert marked("京都と東京", "京") == "[京]都と東[京]"
    assert marked("東京都", "京都") == "東[京都]"
    assert marked("👍🏽 gut", "👍") == "[👍🏽] gut"


def test_markup_stays_text() -> None:
    assert excerpt("<b>red</b>", words_of("red")) == [
        Part("<b>", False),
        Part("red", True),
        Part("</b>", False),
    ]


def test_a_long_text_is_cut_around_the_first_find() -> None:
    text = "one two " * 100 + "needle " + "three four " * 100
    shown = marked(text, "needle")
    assert "[needle]" in shown
    assert shown.startswith(("…two ", "…one "))
    assert shown.endswith("…")
    assert len(shown) <= LENGTH + 4


@given(TEXTS, TEXTS)
def test_an_excerpt_is_a_piece_of_the_text(text: str, typed: str) -> None:
    long = text * 20
    parts = excerpt(long, words_of(typed))
    shown = "".join(part.text for part in parts)
    assert shown.removeprefix("…").removesuffix("…") in long or shown in long
    assert len(shown) <= LENGTH + 2


@given(TEXTS)
def test_what_is_found_is_shown(text: str) -> None:
    words = words_of(text)
    assert any(part.found for part in excerpt(f"{'x ' * 300}{text}", words)) == bool(words)


def test_a_term_knows_where_it_stands() -> None:
    found = list(tokens("a b c a bc"))
    assert list(Term(("a", "b"), prefix=True).found_at(found)) == [(0, 3), (6, 10)]
    assert list(Term(("a", "b"), prefix=False).found_at(found)) == [(0, 3)]
