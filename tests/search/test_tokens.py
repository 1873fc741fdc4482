"""Texts of many languages become words by which they are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.search.folding import fold, fold_with_places
from accounts.search.tokens import TOKEN_COUNT, TOKEN_LENGTH, tokens, words_of_text

TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(
        "aAÉßſﬃΣς東京ガｶﾞ한국어ภาษาไหिन्दीسَلامŁøİı👍🏽🇩🇪\u200d\u200b\u0301.,_-/'\" 1½٣", max_size=40
    ),
)


def words(text: str) -> list[str]:
    return [token.text for token in tokens(fold(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe, STRASSE und Maß", ["grosse", "strasse", "und", "mass"]),
        ("l’été à Noël, cœur", ["l", "ete", "a", "noel", "coeur"]),
        ("ΣΊΣΥΦΟΣ Οδός", ["σισυφοσ", "οδοσ"]),
        ("Ёлка", ["елка"]),
        ("İstanbul ISPARTA", ["istanbul", "isparta"]),
        ("Łódź, Ørsted", ["lodz", "orsted"]),
        ("السَّلَامُ عليكم", ["السلام", "عليكم"]),
        ("שָׁלוֹם", ["שלום"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("ｈａｌｆ ﬁre ①", ["half", "fire", "1"]),
        ("١٢٣ ๔๕", ["123", "45"]),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京都", ["東京", "京都", "都"]),
        ("食べる", ["食べ", "べる", "る"]),
        ("ラーメン", ["ラー", "ーメ", "メン", "ン"]),
        ("ｶﾞｽ が", ["ガス", "ス", "が"]),
        ("学", ["学"]),
        ("학교에서", ["학교", "교에", "에서", "서"]),
        ("ที่นี่", ["ที่นี่", "นี่"]),
        ("Python入門3", ["python", "入門", "門", "3"]),
    ],
)
def test_what_has_no_spaces_becomes_pairs(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chat.send_message(x)", ["chat", "send", "message", "x"]),
        ("https://example.org/a-b?q=1#c", ["https", "example", "org", "a", "b", "q", "1", "c"]),
        ("v1.10.2, 1,234.56", ["v1", "10", "2", "1", "234", "56"]),
        ("ada@example.org", ["ada", "example", "org"]),
    ],
)
def test_code_and_addresses_are_told_apart(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("👍🏽👍", ["👍", "👍"]),
        ("👨‍👩‍👧", ["👨", "👩", "👧"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("❤️ 1️⃣", ["❤", "1"]),
    ],
)
def test_emoji_are_words_without_their_colour(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_signs_and_invisible_characters_are_nothing() -> None:
    assert words("!? — … “” \u200b\u200e\ufeff ->") == []
    assert words("Schiff\u00adfahrt") == ["schifffahrt"]


def test_length_and_number_are_bounded() -> None:
    [long] = words("x" * 5_000)
    assert len(long) == TOKEN_LENGTH
    [accents] = words("ก" + "\u0e49" * 5_000)
    assert len(accents) == TOKEN_LENGTH
    assert len(words("a " * (TOKEN_COUNT + 5))) == TOKEN_COUNT
    assert max(len(token.encode()) for token in words("\ufdfa" * 4_000)) < 1_000


@given(TEXTS)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_every_word_is_without_signs_that_a_database_reads(text: str) -> None:
    for word in words(text):
        assert word
        assert all(char.isalnum() for char in word if char.isascii())
        assert not any(char.isspace() for char in word)


@given(TEXTS)
def test_every_folded_character_has_a_place(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


@given(TEXTS)
def test_an_index_gets_the_words_of_a_text(text: str) -> None:
    assert words_of_text(fold(text)) == words(text)


@pytest.mark.parametrize("word", ["a ", "x" * 5_000, "ก"])
def test_an_index_gets_no_more_than_there_may_be(word: str) -> None:
    text = word * (TOKEN_COUNT + 5)
    assert words_of_text(text) == words(text)
