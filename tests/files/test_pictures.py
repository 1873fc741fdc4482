"""Pictures are decoded and encoded anew: what is hidden or too much does not get through."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from chat.files import pictures
from chat.files.pictures import NotAPicture, Picture, TooManyPixels, remake
from tests.drawing import moving, opened, picture, says_it_is

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
SECRET = b"4 Privet Drive"


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What making a picture anew sets for all of the process is put back."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def remade(content: bytes, kind: str, *, pixels: int = 25_000_000) -> Picture:
    return remake(BytesIO(content), mime=MIMES[kind], pixels=pixels)


@pytest.mark.parametrize("kind", MIMES)
def test_a_picture_stays_the_kind_it_was_and_looks_the_same(kind: str) -> None:
    made = remade(picture(kind, (64, 32)), kind)
    image = opened(made.content)
    assert (image.format, image.size, made.width, made.height) == (kind, (64, 32), 64, 32)
    left, right = (image.convert("RGB").getpixel((x, 16)) for x in (10, 50))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert (left[0] > 200, left[2] < 60) == (True, True)
    assert (right[2] > 200, right[0] < 60) == (True, True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_where_and_with_what_it_was_taken(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    options: dict[str, Any] = {"exif": exif}
    if kind != "PNG":
        options["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    content = picture(kind, **options)
    assert SECRET in content
    made = remade(content, kind)
    assert SECRET not in made.content
    assert not dict(opened(made.content).getexif())


def test_comments_of_a_gif_and_texts_of_a_png_are_gone() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    for content, kind in (
        (picture("PNG", pnginfo=texts), "PNG"),
        (picture("GIF", comment=SECRET), "GIF"),
    ):
        assert SECRET in content
        assert SECRET not in remade(content, kind).content


@pytest.mark.parametrize("kind", MIMES)
def test_what_is_hidden_behind_a_picture_is_gone(kind: str) -> None:
    """A picture that is a script, a page or an archive as well."""
    for other in (b"<script>alert(1)</script>", b"PK\x03\x04 an archive", b"<?php x ?>"):
        assert other not in remade(picture(kind) + other, kind).content


def test_a_picture_taken_sideways_is_put_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    made = remade(picture("JPEG", (80, 40), exif=exif), "JPEG")
    assert (made.width, made.height) == (40, 80)
    top = opened(made.content).convert("RGB").getpixel((20, 10))
    assert isinstance(top, tuple)
    assert top[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_may_be_of_any_colours(mode: str) -> None:
    content = picture("PNG", mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        into = BytesIO()
        Image.new("I;16", (8, 4), 30_000).save(into, "PNG")
        content = into.getvalue()
    assert opened(remade(content, "PNG").content).mode == mode


def test_a_jpeg_for_printing_becomes_one_for_screens() -> None:
    assert opened(remade(picture("JPEG", mode="CMYK"), "JPEG").content).mode == "RGB"


def test_what_can_be_seen_through_stays_so() -> None:
    image = Image.new("RGBA", (8, 4), (0, 0, 0, 0))
    for kind in ("PNG", "WEBP", "GIF"):
        into = BytesIO()
        image.save(into, kind)
        pixel = opened(remade(into.getvalue(), kind).content).convert("RGBA").getpixel((0, 0))
        assert isinstance(pixel, tuple)
        assert pixel[3] == 0


def test_a_profile_of_colours_is_used_and_not_kept() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "icc_profile" not in opened(remade(picture(icc_profile=profile), "PNG").content).info
    broken = picture(icc_profile=b"no profile")
    assert "icc_profile" not in opened(remade(broken, "PNG").content).info


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving_and_its_preview_stands_still(kind: str) -> None:
    made = remade(moving(kind), kind)
    image = opened(made.content)
    assert (image.n_frames, image.info["loop"]) == (3, 0)  # type: ignore[attr-defined] # of kinds that move
    image.seek(1)
    image.load()
    assert image.info["duration"] == 70
    assert getattr(opened(made.preview), "n_frames", 1) == 1


def test_of_a_png_that_moves_the_first_frame_is_kept() -> None:
    made = remade(moving("PNG"), "PNG")
    assert getattr(opened(made.content), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("size", "preview"), [((1280, 640), (640, 320)), ((100, 900), (71, 640)), ((640, 640), None)]
)
def test_what_is_large_gets_a_preview(
    size: tuple[int, int], preview: tuple[int, int] | None
) -> None:
    made = remade(picture("JPEG", size), "JPEG")
    if preview is None:
        assert made.preview == b""
    else:
        image = opened(made.preview)
        assert (image.format, image.size) == ("WEBP", preview)


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    for width, height in ((5001, 5000), (12_000, 8_000), (60_000, 60_000)):
        with pytest.raises(TooManyPixels):
            remade(says_it_is(width, height), "PNG")


def test_the_pixels_of_all_frames_count() -> None:
    remade(moving(frames=4, size=(10, 10)), "GIF", pixels=400)
    with pytest.raises(TooManyPixels):
        remade(moving(frames=5, size=(10, 10)), "GIF", pixels=400)


def test_there_may_be_only_so_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FRAMES", 3)
    remade(moving(frames=3), "GIF")
    with pytest.raises(TooManyPixels):
        remade(moving(frames=4), "GIF")


@pytest.mark.parametrize("kind", MIMES)
def test_what_is_cut_off_or_something_else_is_no_picture(kind: str) -> None:
    whole = picture(kind, (200, 200))
    other = picture("GIF" if kind != "GIF" else "PNG")
    for content in (b"", whole[:12], whole[: len(whole) // 2], other, b"<svg/>"):
        with pytest.raises(NotAPicture):
            remade(content, kind)
