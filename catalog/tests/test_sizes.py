"""Smaller sizes of pictures: made once, of products' pictures only, and named in the document."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from catalog.catalog.media import sizes
from catalog.commands import MediaInput
from catalog.tests import shop

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    shop.structure()
    out = io.BytesIO()
    Image.new("RGB", (1000, 500), "red").save(out, "JPEG")
    default_storage.save("a/knife.jpg", ContentFile(out.getvalue()))
    default_storage.save("a/other.jpg", ContentFile(out.getvalue()))
    default_storage.save("a/broken.jpg", ContentFile(b"no picture"))
    media = (
        MediaInput(path="a/knife.jpg", alt={"": "A knife", "view:de": "Ein Messer"}, roles=("base",)),
        MediaInput(path="a/broken.jpg"),
        MediaInput(path="a/film.mp4", kind="video"),
    )
    shop.simple("K", "Knife", media=media)


def width_of(answer: Any) -> tuple[int, int]:
    return Image.open(io.BytesIO(b"".join(answer.streaming_content))).size


def test_a_document_names_the_sizes_of_pictures_and_the_words_of_the_view(client: Client) -> None:
    picture, _, film = client.get("/api/v1/de/products/knife").json()["media"]
    assert picture["alt"] == "Ein Messer"
    assert {"width": 320, "url": "/media/derived/320/a/knife.jpg"} in picture["srcset"]
    assert (film["kind"], film["srcset"]) == ("video", [])


def test_a_size_is_made_at_the_first_request_and_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert width_of(client.get("/media/derived/320/a/knife.jpg")) == (320, 160)
    monkeypatch.setattr(sizes, "_scaled", lambda *_: pytest.fail("made again"))
    assert width_of(client.get("/media/derived/320/a/knife.jpg")) == (320, 160)


def test_a_picture_is_never_made_larger(client: Client) -> None:
    assert width_of(client.get("/media/derived/1920/a/knife.jpg")) == (1000, 500)


@pytest.mark.parametrize(
    "path",
    [
        "321/a/knife.jpg",
        "320/a/other.jpg",
        "320/a/broken.jpg",
        "320/a/film.mp4",
        "320/../knife.jpg",
        "320/./private/x.jpg",
        "320/a/nothing.jpg",
    ],
)
def test_nothing_else_is_made_and_nothing_breaks(client: Client, path: str) -> None:
    assert client.get(f"/media/derived/{path}").status_code == 404
    assert not default_storage.exists(f"derived/{path}")
