"""Pictures on disk and in a bucket: saved, found, handed out and deleted alike. The bucket is a small S3 of our own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from chassis import media
from chassis.environment import Environment

PICTURE = bytes(range(256)) * 1200  # larger than one chunk of an upload


class Bucket(BaseHTTPRequestHandler):
    """PUT, GET, HEAD and DELETE of objects, as far as boto3 needs them here; unsigned requests are refused."""

    objects: dict[str, bytes]

    def handle_one_request(self) -> None:
        self.objects = self.server.objects  # type: ignore[attr-defined]
        super().handle_one_request()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = _unchunked(body)
        self._answer(200, key=self._key(), put=body)

    def do_GET(self) -> None:
        body = self.objects.get(self._key())
        self._answer(404 if body is None else 200, body=body or b"<Error><Code>NoSuchKey</Code></Error>")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.objects.pop(self._key(), None)
        self._answer(204)

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _answer(self, status: int, *, body: bytes = b"", key: str = "", put: bytes = b"") -> None:
        if "Credential=key/" not in self.headers.get("Authorization", ""):
            status, body = 403, b""
        elif key:
            self.objects[key] = put
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing: the test asserts what matters."""


def _unchunked(body: bytes) -> bytes:
    """An upload's content without its framing: `size;signature`, that many bytes, and so on until size 0."""
    content = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        content, body = content + body[:size], body[size + 2 :]
    return content


@pytest.fixture
def bucket() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.objects = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["disk", "bucket"])
def storage(request: pytest.FixtureRequest, settings: Any, tmp_path: Path, bucket: ThreadingHTTPServer) -> str:
    """Media where the parameter says; returns the parameter."""
    address = f"http://127.0.0.1:{bucket.server_address[1]}"
    urls = {"disk": "", "bucket": f"s3://key:se%2Fcret@pictures/shop?endpoint={address}&region=eu-central-1"}
    made = media.settings(Environment({"STORAGE_URL": urls[request.param]}), folder=str(tmp_path))
    for name, value in made.items():
        setattr(settings, name, value)
    return str(request.param)


def test_a_picture_is_kept_handed_out_and_deleted(storage: str, bucket: ThreadingHTTPServer) -> None:
    assert not default_storage.exists("demo/a b.jpg")
    name = default_storage.save("demo/a b.jpg", ContentFile(PICTURE))
    assert default_storage.exists(name)
    answer = Client().get(f"/media/{name}")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PICTURE  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    kept = list(bucket.objects)  # type: ignore[attr-defined]
    assert len(kept) == (1 if storage == "bucket" else 0)
    assert all(key.startswith("/pictures/shop/demo/") for key in kept)
    default_storage.delete(name)
    assert Client().get(f"/media/{name}").status_code == 404


def test_a_second_picture_of_the_same_name_does_not_replace_the_first(storage: str) -> None:
    first = default_storage.save("demo/x.jpg", ContentFile(b"one"))
    second = default_storage.save("demo/x.jpg", ContentFile(b"two"))
    assert first != second
    assert default_storage.open(first).read() == b"one"


@pytest.mark.parametrize("path", ["../secrets.json", "demo/../../x", "/etc/passwd", "none.jpg", "demo", "x" * 300, ""])
def test_what_is_no_picture_is_not_found(storage: str, path: str) -> None:
    default_storage.save("demo/y.jpg", ContentFile(b"y"))
    assert Client().get(f"/media/{path}").status_code == 404


def test_media_may_be_served_by_others() -> None:
    made = media.settings(Environment({"MEDIA_URL": "https://cdn.example.com/pictures"}), folder="/x")
    assert made["MEDIA_URL"] == "https://cdn.example.com/pictures/"


@pytest.mark.parametrize(
    "url", ["s3://", "https://bucket", "s3://key@bucket", "s3://bucket?colour=red", "s3://key:hidden@bucket?x=1"]
)
def test_a_wrong_storage_is_one_sentence_without_the_secret(url: str) -> None:
    env = Environment({"STORAGE_URL": url})
    media.settings(env, folder="/x")
    [line] = env.wrong
    assert line.startswith("STORAGE_URL is wrong")
    assert "hidden" not in line
