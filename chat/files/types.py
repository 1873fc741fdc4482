"""Which kinds of files are known, and whether a file is what its name says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

UNKNOWN = "application/octet-stream"
ANY = "*"  # in the list of what may be attached
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """`starts` are what such a file begins with, at `offset`; text has none and holds no NUL."""

    mime: str
    starts: tuple[bytes, ...] = ()
    offset: int = 0
    is_picture: bool = False

    def fits(self, source: IO[bytes]) -> bool:
        """Whether the contents are such; reads a text to its end, of others the beginning."""
        source.seek(0)
        if self.mime == UNKNOWN:
            return True
        if self.starts:
            return source.read(CHUNK)[self.offset :].startswith(self.starts)
        return all(b"\0" not in chunk for chunk in iter(lambda: source.read(CHUNK), b""))


TEXT = FileType("text/plain")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is an empty one
_OLD_OFFICE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_OGG = (b"OggS",)
_JPEG = FileType("image/jpeg", (b"\xff\xd8\xff",), is_picture=True)

# What a browser could run, such as SVG and HTML, is unknown on purpose.
KNOWN = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",), is_picture=True),
    "gif": FileType("image/gif", (b"GIF87a", b"GIF89a"), is_picture=True),
    "webp": FileType("image/webp", (b"WEBP",), offset=8, is_picture=True),
    "pdf": FileType("application/pdf", (b"%PDF-",)),
    "txt": TEXT,
    "log": TEXT,
    "md": FileType("text/markdown"),
    "csv": FileType("text/csv"),
    "json": FileType("application/json"),
    "zip": FileType("application/zip", _ZIP),
    "gz": FileType("application/gzip", (b"\x1f\x8b",)),
    "7z": FileType("application/x-7z-compressed", (b"7z\xbc\xaf\x27\x1c",)),
    "tar": FileType("application/x-tar", (b"ustar",), offset=257),
    "docx": FileType(f"{_OFFICE}wordprocessingml.document", _ZIP),
    "xlsx": FileType(f"{_OFFICE}spreadsheetml.sheet", _ZIP),
    "pptx": FileType(f"{_OFFICE}presentationml.presentation", _ZIP),
    "odt": FileType(f"{_OPEN}text", _ZIP),
    "ods": FileType(f"{_OPEN}spreadsheet", _ZIP),
    "odp": FileType(f"{_OPEN}presentation", _ZIP),
    "doc": FileType("application/msword", _OLD_OFFICE),
    "xls": FileType("application/vnd.ms-excel", _OLD_OFFICE),
    "ppt": FileType("application/vnd.ms-powerpoint", _OLD_OFFICE),
    "mp3": FileType("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "ogg": FileType("audio/ogg", _OGG),
    "wav": FileType("audio/wav", (b"WAVE",), offset=8),
    "mp4": FileType("video/mp4", (b"ftyp",), offset=4),
    "webm": FileType("video/webm", (b"\x1a\x45\xdf\xa3",)),
}


def file_endings(allowed: Sequence[str]) -> str:
    """What the `accept` of a form's field for files says; empty for any."""
    return "" if ANY in allowed else ",".join(f".{extension}" for extension in allowed)


def file_type(extension: str, *, allowed: Iterable[str]) -> FileType | None:
    """The kind of file that an extension stands for; None if such may not be attached.

    What is allowed and unknown is only ever downloaded, as so many bytes.
    """
    wanted = set(allowed)
    if ANY not in wanted and extension not in wanted:
        return None
    return KNOWN.get(extension, FileType(UNKNOWN))
