"""Pictures for tests, made on the spot."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    kind: str = "PNG", size: tuple[int, int] = (8, 4), mode: str = "RGB", **options: Any
) -> bytes:
    """A picture of that kind (as Pillow calls it), red at the left and blue at the right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    into = BytesIO()
    image.convert(mode).save(into, kind, **options)
    return into.getvalue()


def moving(kind: str = "GIF", frames: int = 3, size: tuple[int, int] = (8, 4)) -> bytes:
    """A picture that gets darker with every frame, each shown for 70 ms, for ever."""
    shades = [Image.new("RGB", size, (250 - 10 * (n % 20), n // 20, 0)) for n in range(frames)]
    into = BytesIO()
    shades[0].save(into, kind, save_all=True, append_images=shades[1:], duration=70, loop=0)
    return into.getvalue()


def says_it_is(width: int, height: int) -> bytes:
    """A small PNG that says it has so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def opened(content: bytes) -> Image.Image:
    """The picture in `content`, decoded."""
    image = Image.open(BytesIO(content))
    image.load()
    return image
