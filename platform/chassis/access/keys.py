"""The published keys, kept here so that their publisher may be away.

Loaded from a source (a function in one process, an address between services), kept in memory and, if given a file,
over a restart. Asked again when old or when a token names an unknown key, but never more often than
`RETRY` seconds: invented key ids must not become requests. A failing source changes nothing: old keys go on.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from chassis.access.tokens import public_keys
from chassis.outside import calling_out

MAX_AGE = 300.0
RETRY = 5.0
Source = Callable[[], Mapping[str, Any]]
log = logging.getLogger("chassis.access")


class KeyCache:
    """Public keys by id from `source`, with the last answer kept in `file`."""

    def __init__(self, source: Source, *, file: Path | None = None, timer: Callable[[], float] = time.monotonic):
        self._source = source
        self._file = file
        self._timer = timer
        self._keys: dict[str, OKPKey] = {}
        self._loaded = self._asked = float("-inf")
        self._lock = threading.Lock()

    def find(self, key_id: str) -> OKPKey | None:
        """The key of that id; asks the source first when the keys are old or do not hold it."""
        if key_id not in self._keys or self._timer() - self._loaded > MAX_AGE:
            self._refresh()
        return self._keys.get(key_id)

    def _refresh(self) -> None:
        # One thread asks. The others go on with what is known if there is anything, and wait if there is nothing.
        if not self._lock.acquire(blocking=not self._keys):
            return
        try:
            if self._timer() - self._asked < RETRY:
                return
            self._asked = self._timer()
            try:
                document = self._source()
                keys = public_keys(document)
            except Exception as error:  # whatever the source fails with, old keys are better than none
                log.warning("The published keys cannot be read (%s).", type(error).__name__)
                if not self._keys:
                    self._keys = self._remembered()
                return
            self._keys, self._loaded = keys, self._timer()
            self._remember(document)
        finally:
            self._lock.release()

    def _remembered(self) -> dict[str, OKPKey]:
        if self._file is None or not self._file.exists():
            return {}
        try:
            return public_keys(json.loads(self._file.read_text()))
        except (OSError, ValueError):
            return {}

    def _remember(self, document: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed: another process must never read half a file.
            draft = self._file.with_name(f"{self._file.name}.{threading.get_ident()}")
            draft.write_text(json.dumps(document))
            draft.replace(self._file)
        except OSError as error:
            log.warning("The published keys cannot be kept (%s).", type(error).__name__)


def from_address(url: str, *, timeout: float = 2.0) -> Source:
    """A source that fetches the JWKS document at `url`."""

    def fetch() -> Mapping[str, Any]:
        calling_out("the publisher of keys")
        answer = httpx.get(url, timeout=timeout, follow_redirects=False)
        answer.raise_for_status()
        document: Mapping[str, Any] = answer.json()
        return document

    return fetch
