"""Passing a request on to the old shop as it came, and its answer back as it came.

It goes to LEGACY_URL and nowhere else: the caller gives a path below a fixed prefix, never a host, and no redirect is
followed. Bodies are streamed within bounds; hop-by-hop headers end here.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import Any

import httpx
from django.conf import settings
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chassis.access.ratelimit import client_address
from chassis.outside import calling_out
from chassis.web.deadline import remaining

# RFC 9110, 7.6.1; what `Connection` names goes too.
HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
                        "te", "trailer", "transfer-encoding", "upgrade", "expect"})  # fmt: skip
# Said anew by who passes on: what a caller claims of himself proves nothing.
_OURS = frozenset({"host", "content-length", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded"})
ANSWERED_BY = "X-Answered-By"
OURS_ALONE = "sixfold_"
"""How the names of our own cookies begin, staff's token among them: the old shop neither gets nor sets one."""
CHUNK = 64 * 1024
CONNECT_SECONDS = 3.0
MOST_AT_ONCE = 100
LARGEST_ANSWER = 64 * 1024 * 1024
LONGEST_ANSWER = 120.0
"""Seconds for all of a body: each of its pieces has LEGACY_TIMEOUT."""
Seen = Callable[[int, Mapping[str, str], bytes | None], object]
"""Gets status, headers and whole body of an answer behind it; None for a body that was too large or broke off."""


class TooMuch(Exception):
    """A body without end."""


class Passed(StreamingHttpResponse):
    """An answer of the old shop. Headers that it says several times, cookies above all, stay several."""

    def __init__(self, answer: httpx.Response, *, seen: Seen | None, most: int) -> None:
        super().__init__(_chunks(answer, seen, most), status=answer.status_code, reason=answer.reason_phrase)
        self.answer = answer
        self._resource_closers.append(answer.close)
        self.repeated: list[tuple[str, str]] = []
        del self["Content-Type"]
        dropped = _dropped(answer.headers.get("connection", ""))
        for raw_name, raw_value in answer.headers.raw:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            if name.lower() in dropped:
                continue
            if name.lower() == "location":
                value = _at_home(value)
            if name.lower() == "set-cookie" and value.lstrip().startswith(OURS_ALONE):
                continue
            if name in self or name.lower() == "set-cookie":
                self.repeated.append((name, value))
            else:
                self[name] = value
        self[ANSWERED_BY] = "legacy"

    def items(self) -> Any:
        """All headers, as the server sends them."""
        return [*super().items(), *self.repeated]


def _dropped(connection: str) -> frozenset[str]:
    return HOP_BY_HOP | {name.strip().lower() for name in connection.split(",") if name.strip()}


def _at_home(location: str) -> str:
    """A redirect within the old shop stays within the one address."""
    base = settings.LEGACY_URL.rstrip("/")
    return location[len(base) :] or "/" if location == base or location.startswith(f"{base}/") else location


def _chunks(answer: httpx.Response, seen: Seen | None, most: int) -> Iterator[bytes]:
    kept: list[bytes] | None = [] if seen else None
    size = 0
    whole, until = False, time.monotonic() + LONGEST_ANSWER
    try:
        for chunk in answer.iter_raw(CHUNK):
            size += len(chunk)
            if size > LARGEST_ANSWER or time.monotonic() > until:
                raise TooMuch("the old shop's answer has no end")
            if kept is not None:
                kept = [*kept, chunk] if size <= most else None
            yield chunk
        whole = True
    finally:
        answer.close()
        if seen and whole:
            seen(answer.status_code, answer.headers, b"".join(kept) if kept is not None else None)


class _Clients:
    """One client per process: its connections do not outlive a fork."""

    def __init__(self) -> None:
        self.lock, self.process = Lock(), 0
        self.known: httpx.Client | None = None

    def get(self) -> httpx.Client:
        """The client of this process."""
        with self.lock:
            if self.known is None or self.process != os.getpid():
                limits = httpx.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=20)
                self.known = httpx.Client(follow_redirects=False, limits=limits, trust_env=False)
                self.process = os.getpid()
            return self.known


_CLIENTS = _Clients()


def pass_on(request: HttpRequest, path: str, *, seen: Seen | None = None, most: int = 0) -> HttpResponseBase:
    """The old shop's answer to this request at `path`, which is encoded; 502 or 504 in its own shape without one.

    `seen` gets the answer's body when it went out, if it has no more than `most` bytes.
    """
    calling_out("the old shop")
    query = request.META.get("QUERY_STRING", "")
    url = settings.LEGACY_URL.rstrip("/") + path + (f"?{query}" if query else "")
    seconds = remaining(at_most=settings.LEGACY_TIMEOUT)
    timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds), pool=min(CONNECT_SECONDS, seconds))
    client = _CLIENTS.get()
    try:
        sent = client.build_request(
            request.method or "GET", url, headers=_headers(request), content=_body(request), timeout=timeout
        )
        # httpx has headers of its own for what the caller left out.
        for name in ("accept", "accept-encoding", "user-agent"):
            if name not in {key.lower() for key in request.headers}:
                del sent.headers[name]
        return Passed(client.send(sent, stream=True), seen=seen, most=most)
    except httpx.TimeoutException:
        return _failed(504, "The shop did not answer in time.")
    except TooMuch:
        return _failed(413, "The request is larger than is passed on.")
    except (httpx.HTTPError, httpx.InvalidURL):
        return _failed(502, "The shop cannot be reached.")


def _failed(status: int, message: str) -> HttpResponseBase:
    return JsonResponse({"message": message}, status=status, headers={ANSWERED_BY: "nobody"})


def _headers(request: HttpRequest) -> list[tuple[bytes, bytes]]:
    dropped = _dropped(request.headers.get("Connection", "")) | _OURS
    given = [(name, _its_own(value) if name.lower() == "cookie" else value) for name, value in request.headers.items()]
    kept = [(name, value) for name, value in given if name.lower() not in dropped and value != ""]
    told = [
        ("X-Forwarded-For", client_address(request)),
        ("X-Forwarded-Proto", "https" if request.is_secure() else "http"),
        ("X-Forwarded-Host", request.get_host()),
    ]
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdigit() and not _chunked(request):
        told.append(("Content-Length", length))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*kept, *told)]


def _its_own(cookies: str) -> str:
    """The cookies that are not ours."""
    return ";".join(one for one in cookies.split(";") if not one.lstrip().startswith(OURS_ALONE)).strip()


def _chunked(request: HttpRequest) -> bool:
    return "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()


def _body(request: HttpRequest) -> Iterable[bytes] | None:
    if _chunked(request):
        return _read(request.META["wsgi.input"].read, getattr(settings, "REQUEST_MAX_UPLOAD_BYTES", 25_000_000))
    length = request.META.get("CONTENT_LENGTH") or "0"
    return _read(request.read, int(length)) if length.isdigit() and int(length) else None


def _read(read: Callable[[int], bytes], most: int) -> Iterator[bytes]:
    size = 0
    while chunk := read(CHUNK):
        size += len(chunk)
        if size > most:
            raise TooMuch("the request's body has no end")
        yield chunk
