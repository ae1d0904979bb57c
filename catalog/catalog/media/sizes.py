"""Smaller sizes of a picture: made at the first request, kept in the storage, never larger than the picture."""

import io
from pathlib import PurePosixPath
from threading import BoundedSemaphore

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.catalog.downloads.models import PRIVATE
from catalog.product.models import Media
from chassis.errors import NotFound

WIDTHS = (160, 320, 640, 960, 1280, 1920)
FOLDER = "derived"
MOST_PIXELS = 50_000_000
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
# Scaling is work for the processor: requests for pages must not wait behind a gallery.
_at_once = BoundedSemaphore(2)


def srcset(path: str, *, kind: str) -> list[dict[str, str | int]]:
    """Addresses of a picture's sizes, by width; none for what cannot be scaled."""
    if kind != "image" or PurePosixPath(path).suffix.lower() not in _FORMATS:
        return []
    # A CDN in front of the bucket has only what was made: sizes are asked of the shop itself.
    base = settings.MEDIA_URL if settings.MEDIA_URL.startswith("/") else "/media/"
    return [{"width": width, "url": f"{base}{FOLDER}/{width}/{path.lstrip('/')}"} for width in WIDTHS]


def sized(path: str, width: int) -> File:
    """The picture at a width, from the storage or made now. Raises NotFound for what is no product's picture."""
    kept = f"{FOLDER}/{width}/{path}"
    if width not in WIDTHS or not is_public(path):
        raise NotFound()
    if not default_storage.exists(kept):
        _make(path, width, kept)
    return default_storage.open(kept, "rb")


def is_public(path: str) -> bool:
    """Whether a path is one that anybody may fetch: inside of the storage, and not of what is sold."""
    parts = PurePosixPath(path).parts  # without the dots that would lead around the comparison
    return bool(parts) and "\0" not in path and parts[0] not in ("/", PRIVATE.rstrip("/")) and ".." not in parts


def _make(path: str, width: int, kept: str) -> None:
    form = _FORMATS.get(PurePosixPath(path).suffix.lower())
    if form is None or not Media.objects.filter(path=path).exists():
        raise NotFound()
    with _at_once:
        if default_storage.exists(kept):
            return
        try:
            with default_storage.open(path, "rb") as original:
                data = _scaled(original, width, form)
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise NotFound() from error
        saved = default_storage.save(kept, ContentFile(data))
    if saved != kept:  # another process was faster
        default_storage.delete(saved)


def _scaled(original: File, width: int, form: str) -> bytes:
    with Image.open(original) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        picture = ImageOps.exif_transpose(opened)
        if picture.width > width:
            picture = picture.resize(
                (width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS
            )
        if form == "JPEG" and picture.mode != "RGB":
            picture = picture.convert("RGB")
        out = io.BytesIO()
        picture.save(out, form, quality=82, optimize=True)
        return out.getvalue()
