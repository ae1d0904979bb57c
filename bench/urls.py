"""All addresses of the shop, and fixed bytes that pass through the same server and middleware."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as shop


@lru_cache(maxsize=16)
def _bytes(size: int) -> bytes:
    return b"x" * size


def fixed(request: HttpRequest, view: str, size: int) -> HttpResponse:
    """`size` bytes, with the headers that a read has."""
    response = HttpResponse(_bytes(size), content_type="application/json")
    response["ETag"] = '"fixed"'
    response["Cache-Control"] = "public, max-age=60"
    response["Surrogate-Key"] = "fixed"
    return response


urlpatterns = [path("api/v1/<slug:view>/bench/fixed/<int:size>", fixed), *shop]
