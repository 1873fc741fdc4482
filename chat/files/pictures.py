"""Pictures, decoded and encoded anew: what comes out holds the picture and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

PREVIEW_SIZE = 640  # pixels of its longer side
PREVIEW_TYPE = "image/webp"
FRAMES = 500  # of a moving picture
AT_ONCE = 2  # in this process: one of them may take a hundred megabytes while it is decoded

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
MOVING = {"GIF", "WEBP"}
MODES = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "I;16", "L", "LA", "P", "RGB", "RGBA"},
    "GIF": {"L", "P", "RGB", "RGBA"},
    "WEBP": {"RGB", "RGBA"},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {},
    "GIF": {},
    "WEBP": {"quality": 85, "method": 3},
}

_working = threading.BoundedSemaphore(AT_ONCE)


class NotAPicture(Exception):
    """It cannot be decoded, or it is another kind of picture than its name says."""


class TooManyPixels(Exception):
    """It has more pixels, over all its frames, than may be decoded."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`preview` is empty where the picture itself is small and does not move."""

    content: bytes
    width: int
    height: int
    preview: bytes


def remake(source: IO[bytes], *, mime: str, pixels: int) -> Picture:
    """Decode and encode `source` anew, upright and without metadata, with up to `pixels`.

    Raises `NotAPicture`, `TooManyPixels`.
    """
    wanted = FORMATS[mime]
    # A frame of a moving picture can be larger than the first: Pillow then looks at this by itself.
    Image.MAX_IMAGE_PIXELS = pixels
    with _working, _failing_as_no_picture():
        source.seek(0)
        with Image.open(source, formats=[wanted]) as image:
            _require(image, pixels)
            frames, times = _frames(image, wanted, pixels)
            loop = image.info.get("loop")
        return Picture(
            content=_encoded(frames, times, loop, wanted),
            width=frames[0].width,
            height=frames[0].height,
            preview=_preview(frames),
        )


@contextmanager
def _failing_as_no_picture() -> Iterator[None]:
    """Decoders of broken files raise whatever they come across."""
    try:
        yield
    except (NotAPicture, TooManyPixels, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except Exception as error:
        raise NotAPicture from error


def _require(image: Image.Image, pixels: int, *, frames: int = 1) -> None:
    if image.width * image.height * frames > pixels or frames > FRAMES:
        raise TooManyPixels


def _frames(image: Image.Image, wanted: str, pixels: int) -> tuple[list[Image.Image], list[int]]:
    """The frames, of what may move all, and how many milliseconds each is shown."""
    if wanted not in MOVING or not getattr(image, "is_animated", False):
        return [_clean(image, wanted)], []
    frames, times = [], []
    for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
        _require(frame, pixels, frames=number)
        frames.append(_clean(frame, wanted))
        times.append(int(frame.info.get("duration", 100)))
    return frames, times


def _clean(image: Image.Image, wanted: str) -> Image.Image:
    """An upright copy in the colours of the web that remembers nothing of its file."""
    upright = _in_web_colours(ImageOps.exif_transpose(image))
    transparent = upright.has_transparency_data
    if upright.mode not in MODES[wanted]:
        upright = upright.convert("RGBA" if transparent and wanted != "JPEG" else "RGB")
    elif upright is image:
        upright = image.copy()
    kept = {"transparency"} if upright.mode in {"L", "P", "RGB"} and wanted != "JPEG" else set()
    upright.info = {key: value for key, value in upright.info.items() if key in kept}
    return upright


def _in_web_colours(image: Image.Image) -> Image.Image:
    """Cameras' wide colours look pale where their profile is dropped; so they are converted."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA"}:
        return image
    try:
        found = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        )
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile: browsers ignore it too
    return found or image


def _encoded(frames: list[Image.Image], times: list[int], loop: int | None, wanted: str) -> bytes:
    first, *others = frames
    options = dict(OPTIONS[wanted])
    if others:
        options |= {"save_all": True, "append_images": others, "duration": times}
        if loop is not None:
            options["loop"] = loop
    into = BytesIO()
    first.save(into, wanted, **options)
    return into.getvalue()


def _preview(frames: list[Image.Image]) -> bytes:
    first = frames[0]
    if len(frames) == 1 and max(first.size) <= PREVIEW_SIZE:
        return b""
    small = first.convert("RGBA" if first.has_transparency_data else "RGB")
    small.thumbnail((PREVIEW_SIZE, PREVIEW_SIZE))
    small.info = {}
    into = BytesIO()
    small.save(into, "WEBP", quality=80, method=3)
    return into.getvalue()
