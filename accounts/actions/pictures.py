"""The pictures of people: whatever is uploaded is made anew, small, square and without metadata."""

import hashlib
import threading
from io import BytesIO
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import AccountsError, Refusal
from accounts.models import Picture, User
from accounts.signals import announce_profile_changed

from .rights import require_pace

SMALL, LARGE = 96, 288  # sides in pixels: the largest on pages at twice and thrice their density
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
# A picture of more pixels is refused before any of them is unpacked.
PIXELS = 40_000_000
BYTES = 8 * 1024 * 1024
AT_ONCE = 2  # in this process: one may take two hundred megabytes while it is unpacked

_working = threading.BoundedSemaphore(AT_ONCE)


def set_picture(*, user: User, file: BinaryIO) -> None:
    """Show this picture for `user` from now on, and let live rooms know.

    Raises `AccountsError` (`bad_picture`, `rate_limited`) for what is no picture, or too large.
    """
    require_pace("pictures", user, a_minute=settings.PICTURES_PER_MINUTE)
    # Before the transaction: SQLite would let nobody write meanwhile.
    with _working:
        image = _read(file)
        small, large = (_square(image, side) for side in (SMALL, LARGE))
    with transaction.atomic():
        Picture.objects.update_or_create(user=user, defaults={"small": small, "large": large})
        _name(user, hashlib.sha256(large).hexdigest()[:16])


@transaction.atomic
def remove_picture(*, user: User) -> None:
    """Let the picture drawn from the name stand for `user` again."""
    Picture.objects.filter(user=user).delete()
    _name(user, "")


def _name(user: User, name: str) -> None:
    if user.picture != name:
        user.picture = name
        user.save(update_fields=["picture"])
        announce_profile_changed(user_id=user.pk)


def _read(file: BinaryIO) -> Image.Image:
    data = file.read(BYTES + 1)
    if len(data) > BYTES:
        raise AccountsError(Refusal.BAD_PICTURE)
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
        if image.width * image.height > PIXELS:
            raise AccountsError(Refusal.BAD_PICTURE)
        image.draft("RGB", (LARGE * 2, LARGE * 2))  # a JPEG need not be unpacked in full
        # Turned as the camera says, since that is metadata too and goes.
        return ImageOps.exif_transpose(image).convert("RGBA")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
    ):
        # What decoders raise where a file is broken, cut off or made to break them.
        raise AccountsError(Refusal.BAD_PICTURE) from None


def _square(image: Image.Image, side: int) -> bytes:
    """The middle of `image` as WebP. Only its pixels are taken over."""
    fitted = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    plain = Image.new("RGBA", fitted.size)
    plain.paste(fitted)
    saved = BytesIO()
    plain.save(saved, "WEBP", quality=82, method=4)
    return saved.getvalue()
