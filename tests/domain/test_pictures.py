"""Pictures of people: made anew, small, square, and without anything but what one sees."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from PIL import Image

from accounts.actions import pictures
from accounts.actions.pictures import LARGE, SMALL, remove_picture, set_picture
from accounts.errors import Refusal
from accounts.models import Picture, User
from accounts.signals import profile_changed

from .publishing import refused

pytestmark = pytest.mark.django_db


def picture(
    size: tuple[int, int] = (400, 200), kind: str = "PNG", colour: str = "red", **options: Any
) -> BytesIO:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return BytesIO(file.getvalue())


def stored(user: User) -> Picture:
    return Picture.objects.get(user=user)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_made_anew_in_two_square_sizes(alice: User, kind: str) -> None:
    set_picture(user=alice, file=picture(kind=kind))
    for data, side in ((stored(alice).small, SMALL), (stored(alice).large, LARGE)):
        with Image.open(BytesIO(bytes(data))) as made:
            assert (made.format, made.size) == ("WEBP", (side, side))


def test_nothing_but_pixels_is_kept(alice: User) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    file = picture(kind="JPEG", exif=exif, comment=b"a secret")
    set_picture(user=alice, file=file)
    for data in (bytes(stored(alice).small), bytes(stored(alice).large)):
        assert b"home" not in data
        assert b"secret" not in data
        with Image.open(BytesIO(data)) as made:
            assert not made.getexif()
            assert "icc_profile" not in made.info


def test_a_picture_is_turned_as_the_camera_says(alice: User) -> None:
    wide = Image.new("RGB", (40, 20), "blue")
    wide.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn to the right: what was left is on top
    file = BytesIO()
    wide.save(file, "PNG", exif=exif)
    set_picture(user=alice, file=BytesIO(file.getvalue()))
    with Image.open(BytesIO(bytes(stored(alice).large))) as made:
        top, bottom = (made.convert("RGB").getpixel((LARGE // 2, y)) for y in (20, LARGE - 20))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > bottom[0]


def bomb() -> bytes:
    """A PNG of a few bytes that claims to have 100,000 by 100,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a<script>alert(1)</script>",
        picture().getvalue()[:80],
        picture(kind="JPEG").getvalue()[:100],
        picture(kind="TIFF").getvalue(),
        picture(kind="BMP").getvalue(),
        bomb(),
    ],
)
def test_what_is_no_picture_or_would_break_us_is_refused(alice: User, data: bytes) -> None:
    assert refused(set_picture, user=alice, file=BytesIO(data)) == Refusal.BAD_PICTURE
    alice.refresh_from_db()
    assert (alice.picture, Picture.objects.count()) == ("", 0)


def test_too_many_pixels_or_bytes_are_refused(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS", 100)
    assert refused(set_picture, user=alice, file=picture((11, 10))) == Refusal.BAD_PICTURE
    monkeypatch.setattr(pictures, "BYTES", 50)
    assert refused(set_picture, user=alice, file=picture((10, 9))) == Refusal.BAD_PICTURE


def test_the_address_changes_with_the_picture(
    alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def listen(*, user_id: int, **_: Any) -> None:
        heard.append(user_id)

    profile_changed.connect(listen)
    drawn = alice.avatar_url
    with django_capture_on_commit_callbacks(execute=True):
        set_picture(user=alice, file=picture(colour="red"))
        red = alice.avatar_url
        set_picture(user=alice, file=picture(colour="red"))
        assert alice.avatar_url == red
        set_picture(user=alice, file=picture(colour="blue"))
        blue = alice.avatar_url
        remove_picture(user=alice)
    profile_changed.disconnect(listen)
    assert len({drawn, red, blue}) == 3
    assert User.objects.get(pk=alice.pk).avatar_url == drawn
    assert not Picture.objects.exists()
    assert heard == [alice.pk] * 3


@pytest.mark.usefixtures("fresh_limits")
def test_only_so_many_pictures_in_a_minute(alice: User, settings: Any) -> None:
    settings.PICTURES_PER_MINUTE = 1
    set_picture(user=alice, file=picture(colour="red"))
    red = alice.avatar_url
    assert refused(set_picture, user=alice, file=picture(colour="blue")) == Refusal.RATE_LIMITED
    assert User.objects.get(pk=alice.pk).avatar_url == red


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_database_while_a_picture_is_made(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []

    def look(image: Image.Image, side: int) -> bytes:
        made.append(connection.in_atomic_block)
        return b"picture"

    monkeypatch.setattr(pictures, "_square", look)
    set_picture(user=alice, file=picture())
    assert made == [False, False]
