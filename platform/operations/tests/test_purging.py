"""What changed in the catalogue is told to the caches in front, which are real servers here."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from chassis import clock
from contracts.catalog import PagesChanged, ViewChanged
from operations.gateway import purging
from operations.models import Job
from operations.tests.conftest import deliver, run_jobs, told

pytestmark = pytest.mark.django_db(databases=["platform"])
VIEW = ViewChanged(code="en", name="English", channel="home", locale="en")


class Cache(ThreadingHTTPServer):
    """Keeps pages under their keys, and forgets those whose keys it is told. Out of order while `down`."""

    def __init__(self, *, method: str, header: str) -> None:
        super().__init__(("127.0.0.1", 0), Purging)
        self.method, self.header, self.down = method, header, False
        self.pages = {"/mug": {"product-1", "view-en"}, "/tent": {"product-2", "view-en"}, "/fr": {"view-fr"}}
        self.calls: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Purging(BaseHTTPRequestHandler):
    server: Cache

    def _purge(self) -> None:
        taken = self.command == self.server.method and self.server.header in self.headers and not self.server.down
        if taken:
            gone = set(self.headers[self.server.header].split())
            self.server.pages = {page: keys for page, keys in self.server.pages.items() if not keys & gone}
        self.server.calls.append(dict(self.headers))
        self.send_response(200 if taken else 503)
        self.end_headers()

    do_PURGE = do_POST = _purge

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def caches(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cache, Cache]]:
    """One that speaks as Varnish with xkey does, one as Fastly."""
    both = Cache(method="PURGE", header="xkey"), Cache(method="POST", header="Surrogate-Key")
    for cache in both:
        threading.Thread(target=cache.serve_forever, daemon=True).start()
    monkeypatch.setenv("CACHE_PURGE_URL", f"varnish+{both[0].address}, fastly+{both[1].address}")
    monkeypatch.setenv("CACHE_PURGE_TOKEN", "a-token")
    yield both
    for cache in both:
        cache.shutdown()
        cache.server_close()


def test_every_cache_forgets_what_changed_and_keeps_the_rest(caches: tuple[Cache, Cache]) -> None:
    deliver(told(PagesChanged(keys=("product-1", "category-9"))))
    run_jobs()
    assert [set(cache.pages) for cache in caches] == [{"/tent", "/fr"}] * 2
    assert [call["Fastly-Key"] for call in caches[1].calls] == ["a-token"]


def test_a_changed_view_takes_all_of_its_pages_along(caches: tuple[Cache, Cache]) -> None:
    deliver(told(VIEW))
    run_jobs()
    assert [set(cache.pages) for cache in caches] == [{"/fr"}] * 2


def test_many_keys_are_told_once_each_in_headers_that_a_cache_takes(caches: tuple[Cache, Cache]) -> None:
    keys = tuple(f"product-0192f1c8-6c5b-7a3e-9d2f-2f4a9f0b{number:04}" for number in range(250))
    deliver(told(PagesChanged(keys=keys[:200])), told(PagesChanged(keys=keys[100:])))
    run_jobs()
    headers = [call["xkey"] for call in caches[0].calls]
    assert sorted(key for header in headers for key in header.split()) == sorted(keys)
    assert len(headers) == 3 and max(map(len, headers)) < 8000


def test_a_cache_that_does_not_answer_is_told_again_and_holds_up_no_other(caches: tuple[Cache, Cache]) -> None:
    caches[0].down = True
    deliver(told(PagesChanged(keys=("product-1",))))
    run_jobs()
    assert "/mug" in caches[0].pages and "/mug" not in caches[1].pages
    caches[0].down = False
    with clock.travel(timedelta(seconds=2)):
        run_jobs()
    assert "/mug" not in caches[0].pages and len(caches[1].calls) == 1


def test_without_a_cache_there_is_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CACHE_PURGE_URL", raising=False)
    deliver(told(PagesChanged(keys=("product-1",))), told(VIEW))
    assert not Job.objects.filter(kind=purging.NAME).exists()


@pytest.mark.parametrize(
    "url", ["http://varnish:6081", "nginx+http://host/", "varnish+redis://host", "varnish+http://"]
)
def test_an_address_in_no_known_form_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CACHE_PURGE_URL is wrong"):
        purging.caches(url)
