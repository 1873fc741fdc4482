"""Names of files are cleaned, and their contents are what the names say."""

from io import BytesIO

import pytest

from chat.files.names import NAME_LIMIT, clean_name, extension_of
from chat.files.types import KNOWN, UNKNOWN, file_type
from tests.drawing import picture

ALL = list(KNOWN)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\plan.pdf", "plan.pdf"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie: x.txt"),
        ("gpj.\u202eexe.txt", "gpj.exe.txt"),
        ("  two   words .txt", "two words .txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("日本語.png", "日本語.png"),
        ("\ud800.txt", "txt"),
        ("<img src=x>.txt", "<img src=x>.txt"),
    ],
)
def test_a_name_is_cleaned(given: str, cleaned: str) -> None:
    assert clean_name(given) == cleaned


def test_a_long_name_keeps_its_end() -> None:
    assert clean_name("x" * 300 + ".docx") == "x" * (NAME_LIMIT - 5) + ".docx"
    assert len(clean_name("a." + "b" * 300)) == NAME_LIMIT


def test_an_extension_is_what_follows_the_last_dot() -> None:
    assert [extension_of(name) for name in ("a.TXT", "a.tar.gz", "none")] == ["txt", "gz", ""]


GOOD = {
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "gif": picture("GIF"),
    "webp": picture("WEBP"),
    "pdf": b"%PDF-1.7\n",
    "txt": "Grüße".encode(),
    "zip": b"PK\x03\x04\x14\0",
    "docx": b"PK\x03\x04\x14\0",
    "mp4": b"\0\0\0\x18ftypmp42",
    "tar": bytes(257) + b"ustar\0",
}


@pytest.mark.parametrize("extension", GOOD)
def test_contents_fit_their_own_name_and_no_other(extension: str) -> None:
    kind = file_type(extension, allowed=ALL)
    assert kind is not None
    for other, content in GOOD.items():
        alike = {other, extension} <= {"zip", "docx"} or (extension == "txt" and other == "pdf")
        assert kind.fits(BytesIO(content)) == (other == extension or alike)


@pytest.mark.parametrize("extension", [name for name in KNOWN if KNOWN[name].starts])
def test_a_page_or_script_is_none_of_them(extension: str) -> None:
    for content in (b"<html><script>alert(1)</script>", b"<svg xmlns='x'/>", b"MZ\x90\0", b""):
        assert not KNOWN[extension].fits(BytesIO(content))


def test_a_pdf_that_begins_as_something_else_is_refused() -> None:
    assert not KNOWN["pdf"].fits(BytesIO(b"PK\x03\x04 %PDF-1.7"))


def test_text_holds_no_nul_wherever_it_stands() -> None:
    assert not KNOWN["txt"].fits(BytesIO(b"a" * 200_000 + b"\0"))


@pytest.mark.parametrize("extension", ["svg", "html", "xhtml", "exe", "", "js"])
def test_what_is_not_listed_cannot_be_attached(extension: str) -> None:
    assert file_type(extension, allowed=ALL) is None


@pytest.mark.parametrize("extension", ["svg", "html", "dwg"])
def test_what_is_listed_and_unknown_is_so_many_bytes(extension: str) -> None:
    for allowed in (["*"], [extension]):
        kind = file_type(extension, allowed=allowed)
        assert kind is not None
        assert (kind.mime, kind.is_picture) == (UNKNOWN, False)
        assert kind.fits(BytesIO(b"<svg/>"))
