"""Idempotency keys: a mutating call that is sent twice has one effect, and both get the same answer.

A key belongs to (principal, method and path, key) and to one body, for 24 hours. The answer is stored in the
effect's own transaction: either both exist or neither. A refused call (an exception) leaves nothing behind and
may be sent again.

    @idempotent("commerce")                  the whole view runs in one unit of work, the answer is stored with it
    @idempotent("commerce", claimed=True)    for views that call out or wait: the key is claimed first in a transaction
                                             of its own; the view calls `claim_of(request).record(answer)` inside
                                             the unit of work of its effect; the final answer replaces that one
    @idempotent(..., secret=True)            the answer holds a secret: only the fact is kept, a replay is a 409

The domain makes `idempotency_keys.IdempotencyKey` concrete in its own database. Without the header nothing is stored.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, models
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from chassis import clock, domains
from chassis.access.authentication import principal_of
from chassis.errors import DomainError
from chassis.ids import new_id
from chassis.keyring import ring
from chassis.unit_of_work import unit_of_work
from chassis.web.idempotency_keys import table_of

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_UNKEPT_HEADERS = frozenset({"set-cookie", "date", "x-correlation-id", "content-length"})
V = TypeVar("V", bound=Callable[..., Any])


class BadKey(DomainError):
    code, status, title = "bad_idempotency_key", 400, "An Idempotency-Key is 1 to 255 visible ASCII characters."


class KeyReused(DomainError):
    code, status, title = (
        "idempotency_key_reused",
        422,
        "This Idempotency-Key was used with another body; make a new one.",
    )


class StillRunning(DomainError):
    code, status, title = "idempotency_in_progress", 409, "The first call with this Idempotency-Key is still running."


class AnswerWithheld(DomainError):
    code, status = "idempotency_answer_withheld", 409
    title = "This call was done before; its answer held a secret and is not repeated."


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A request's hold on its key."""

    label: str
    digest: str
    principal: str
    route: str
    body_hash: str
    owner: UUID
    secret: bool = False

    def record(self, response: HttpResponseBase) -> None:
        """Store the answer. Call it inside the unit of work of the effect; a lost claim raises and so undoes it."""
        if not self._rows().filter(owner=self.owner).update(**self._answer(response)):
            raise StillRunning(headers={"Retry-After": "1"})

    def _answer(self, response: HttpResponseBase) -> dict[str, Any]:
        answer = {"done": True, "status": response.status_code, "withheld": self.secret or bool(response.cookies)}
        if answer["withheld"]:
            return {**answer, "headers": {}, "body": b""}
        kept = {name: value for name, value in response.headers.items() if name.lower() not in _UNKEPT_HEADERS}
        if isinstance(response, Response) and not response.is_rendered:
            body = b"" if response.data is None else JSONRenderer().render(response.data)
            kept["Content-Type"] = "application/json"
        else:
            body = getattr(response, "content", b"")
        return {**answer, "headers": kept, "body": _sealed(body)}

    def _rows(self) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = table_of(self.label)._default_manager.filter(digest=self.digest)
        return rows

    def _earlier(self) -> HttpResponse | None:
        """Under the key's lock: the answer given before, or None. Raises what an unfit replay deserves."""
        row = self._rows().first()
        if row is None:
            return None
        now = clock.now()
        if row.expires_at <= now or (not row.done and row.locked_until <= now):
            row.delete()
            return None
        if row.body_hash != self.body_hash:
            raise KeyReused()
        if not row.done:
            raise StillRunning(headers={"Retry-After": "1"})
        if row.withheld:
            raise AnswerWithheld(first_status=row.status)
        answer = HttpResponse(_opened(bytes(row.body)), status=row.status)
        for name, value in row.headers.items():
            answer[name] = value
        answer["Idempotent-Replayed"] = "true"
        return answer

    def _insert(self, **answer: Any) -> None:
        now = clock.now()
        table_of(self.label)._default_manager.create(
            digest=self.digest,
            principal=self.principal,
            route=self.route,
            body_hash=self.body_hash,
            owner=self.owner,
            locked_until=now + LEASE,
            expires_at=now + KEPT,
            **answer,
        )

    def _lock(self) -> None:
        # Held to the end of the transaction; who does not get it must not wait on a web thread.
        number = int(self.digest[:15], 16)
        with connections[domains.get(self.label).alias].cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
            (got,) = cursor.fetchone()
        if not got:
            raise StillRunning(headers={"Retry-After": "1"})

    def run_whole(self, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        """Effect and answer in one transaction."""
        with unit_of_work(self.label):
            self._lock()
            earlier = self._earlier()
            if earlier is not None:
                return earlier
            response = view()
            if response.status_code < 500:
                self._insert(**self._answer(response))
            return response

    def run_claimed(self, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        """Claim, run the view outside of any transaction, store the final answer."""
        with unit_of_work(self.label):
            self._lock()
            earlier = self._earlier()
            if earlier is not None:
                return earlier
            self._insert()
        try:
            response = view()
        except BaseException:
            self._release()
            raise
        if response.status_code >= 500:
            self._release()
            return response
        with unit_of_work(self.label):
            self._rows().filter(owner=self.owner).update(**self._answer(response))
        return response

    def _release(self) -> None:
        # What was recorded with an effect stays: the effect is there.
        with unit_of_work(self.label):
            self._rows().filter(owner=self.owner, done=False).delete()


def idempotent(
    label: str, *, claimed: bool = False, secret: bool = False, scope: Callable[[Request], str] | None = None
) -> Callable[[V], V]:
    """Decorate a mutating method of a REST framework view of the domain `label`; see the module.

    `scope` adds to the principal what tells guests apart (the secret they hold); it is stored hashed only.
    """

    def decorate(method: V) -> V:
        @functools.wraps(method)
        def wrapper(view: Any, request: Request, /, *args: Any, **kwargs: Any) -> Any:
            key = request.headers.get(HEADER)
            if key is None:
                return method(view, request, *args, **kwargs)
            claim = _claim(request, key, label=label, secret=secret, scope=scope(request) if scope else "")
            request.idempotency = claim  # type: ignore[attr-defined]
            run = claim.run_claimed if claimed else claim.run_whole
            return run(lambda: method(view, request, *args, **kwargs))

        documented: V = extend_schema(parameters=[PARAMETER])(wrapper)  # type: ignore[assignment]
        documented.takes_idempotency_key = True  # type: ignore[attr-defined]
        return documented

    return decorate


PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Makes the call repeatable for 24 hours: the same key gives the first answer again. Make it at random.",
)


class Unclaimed:
    """Stands in for a Claim when the caller sent no key."""

    def record(self, response: HttpResponseBase) -> None:
        """Nothing to store."""


def claim_of(request: Request) -> Claim | Unclaimed:
    """The request's claim, for `record`; one that does nothing if the caller sent no key."""
    claim = getattr(request, "idempotency", None)
    return claim if isinstance(claim, Claim) else Unclaimed()


def _sealed(body: bytes) -> bytes:
    # Latin-1 is any bytes as text and back.
    return ring().encrypt(body.decode("latin-1")).encode() if body else b""


def _opened(stored: bytes) -> bytes:
    return ring().decrypt(stored.decode()).encode("latin-1") if stored else b""


def _claim(request: Request, key: str, *, label: str, secret: bool, scope: str) -> Claim:
    if not _KEY.fullmatch(key):
        raise BadKey()
    principal = str(principal_of(request))
    if scope:
        principal += ":" + _digest(scope)[:32]
    route = f"{request.method} {request.path}"
    return Claim(
        label=label,
        digest=_digest(principal, route, key),
        principal=principal,
        route=route,
        body_hash=_body_hash(request),
        owner=new_id(),
        secret=secret,
    )


def _body_hash(request: Request) -> str:
    # Of the values and not the bytes: a client may write the same JSON in another order, or another multipart border.
    data = request.data
    if hasattr(data, "lists"):
        data = [(name, [_part(value) for value in values]) for name, values in sorted(data.lists())]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return _digest(text, request.META.get("QUERY_STRING", ""))


def _part(value: Any) -> str:
    if not hasattr(value, "chunks"):
        return str(value)
    total = hashlib.sha256()
    for chunk in value.chunks():
        total.update(chunk)
    value.seek(0)
    return f"file:{total.hexdigest()}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
