"""Telling the caches in front which answers are no longer true.

Answers of the catalogue name what they were made of (`Surrogate-Key`), events name what has changed, and a job per
cache says so to it. CACHE_PURGE_URL (environment, comma-separated) names the caches, in either of two common forms:

    varnish+http://varnish:6081/                         PURGE with the keys in the header `xkey` (vmod_xkey)
    fastly+https://api.fastly.com/service/<id>/purge     POST with the keys in `Surrogate-Key`

CACHE_PURGE_TOKEN goes along as `Fastly-Key`. Without an address there is nobody to tell and no job. Saying it twice
does no harm, so keys of one batch of events are told together and no answer is recorded.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.core.exceptions import ImproperlyConfigured

from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.outside import calling_out
from chassis.subscriptions import Received
from chassis.unit_of_work import enqueue
from contracts.catalog import PagesChanged, ViewChanged

NAME = "platform.purge_cache"
FORMS = {"varnish": ("PURGE", "xkey"), "fastly": ("POST", "Surrogate-Key")}
# Varnish takes headers of 8 KB unless told otherwise; a key has up to 73 characters.
KEYS_PER_CALL = 100
TIMEOUT_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Cache:
    """A cache in front: what to call, and which header takes the keys."""

    method: str
    header: str
    url: str


class NotPurged(Exception):
    """A cache answered otherwise than with success."""


def caches(text: str) -> tuple[Cache, ...]:
    """The caches that CACHE_PURGE_URL names; ImproperlyConfigured if it cannot be read."""
    return tuple(_cache(url) for url in map(str.strip, text.split(",")) if url)


def _cache(url: str) -> Cache:
    form, _, address = url.partition("+")
    parts = urlsplit(address)
    if form not in FORMS or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(
            "CACHE_PURGE_URL is wrong: it must be varnish+http://host/ or fastly+https://host/service/id/purge."
        )
    method, header = FORMS[form]
    return Cache(method=method, header=header, url=address)


def pages_changed(batch: list[Received[PagesChanged]]) -> None:
    """What was made of these is no longer true."""
    _purge({key for received in batch for key in received.event.keys})


def views_changed(batch: list[Received[ViewChanged]]) -> None:
    """All that a view shows may be another now."""
    _purge({f"view-{received.event.code}" for received in batch})


def _purge(keys: set[str]) -> None:
    for cache in caches(os.environ.get("CACHE_PURGE_URL", "")):
        for some in _batches(keys):
            enqueue(NAME, key=str(new_id()), payload={"url": cache.url, "keys": some})


def _batches(keys: set[str]) -> Iterator[list[str]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), KEYS_PER_CALL):
        yield ordered[start : start + KEYS_PER_CALL]


def _tell(job: LeasedJob) -> None:
    known = {cache.url: cache for cache in caches(os.environ.get("CACHE_PURGE_URL", ""))}
    if (cache := known.get(job.payload["url"])) is None:
        return  # taken out of service meanwhile
    headers = {cache.header: " ".join(job.payload["keys"])}
    if token := os.environ.get("CACHE_PURGE_TOKEN"):
        headers["Fastly-Key"] = token
    calling_out("a cache in front")
    answer = httpx.request(cache.method, cache.url, headers=headers, timeout=TIMEOUT_SECONDS)
    if not answer.is_success:
        raise NotPurged(f"{urlsplit(cache.url).hostname} answered {answer.status_code}")


def _told(job: LeasedJob, _: Any) -> None:
    """The cache has forgotten; there is nothing to record."""


PURGE = JobKind(name=NAME, call=_tell, record=_told)
