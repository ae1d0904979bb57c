"""Sign-out everywhere, in domains that do not hold the sessions: a copy of who was signed out, and when.

Access tokens live ten minutes, so the copy need not be older than that. Each process looks at it every two seconds
and otherwise decides from memory: a sign-out reaches every domain within the way of its event and that time.

    messaging.py        makes `RevokedPrincipal` concrete; the domain's app then watches it
    subscriptions.py    projection(identity.SessionsRevoked, keep_revocations("commerce"))
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, models

from chassis import clock, domains
from chassis.access.principal import MAX_LIFETIME, Principal
from chassis.subscriptions import Handler, Received

LOOK_SECONDS = 2.0
KEPT = MAX_LIFETIME + timedelta(minutes=5)
Revoked = Callable[[Principal], bool]
log = logging.getLogger("chassis.access")
_revoked: dict[str, Revoked] = {}


class RevokedPrincipal(models.Model):
    """Tokens of `principal` issued before `before` are void. Concrete in each domain that takes customers' tokens."""

    principal = models.UUIDField(primary_key=True)
    before = models.DateTimeField()

    class Meta:
        abstract = True


def keep_revocations(label: str) -> Handler[Any]:
    """The handler that keeps the copy of the domain `label`; events have `principal` and `before`."""

    def keep(batch: list[Received[Any]]) -> None:
        table = _table(label)
        table._default_manager.filter(before__lt=clock.now() - KEPT).delete()
        latest: dict[UUID, Any] = {}
        for received in batch:
            known = latest.get(received.event.principal)
            latest[received.event.principal] = max(received.event.before, known or received.event.before)
        with connections[domains.get(label).alias].cursor() as cursor:
            for principal in sorted(latest):
                cursor.execute(
                    f"""INSERT INTO {table._meta.db_table} AS known (principal, before) VALUES (%s, %s)
                        ON CONFLICT (principal) DO UPDATE SET before = excluded.before
                        WHERE known.before < excluded.before""",
                    [principal, latest[principal]],
                )

    keep.__qualname__ = f"keep_revocations.{label}"
    return keep


def watch(label: str, revoked: Revoked | None = None) -> None:
    """Refuse, in this process, tokens that `revoked`, or else the copy of the domain `label`, says are void."""
    _revoked[label] = revoked or Revocations(label)


def is_revoked(principal: Principal) -> bool:
    """Whether any domain of this process says that the principal's token is void."""
    return any(revoked(principal) for revoked in _revoked.values())


class Revocations:
    """Whether a principal's token is void, from memory that is at most `LOOK_SECONDS` old."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._known: Mapping[str, float] = {}
        self._next = 0.0
        self._looked = False
        self._lock = threading.Lock()

    def __call__(self, principal: Principal) -> bool:
        self._look()
        before = self._known.get(principal.id)
        return before is not None and principal.issued_ms < before

    def _look(self) -> None:
        # Who comes while another looks decides from memory; the first time there is none, so that all wait for it.
        if time.monotonic() < self._next or not self._lock.acquire(blocking=not self._looked):
            return
        try:
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + LOOK_SECONDS
            rows = _table(self.label)._default_manager.filter(before__gte=clock.now() - KEPT)
            self._known = {str(id_): at.timestamp() * 1000 for id_, at in rows.values_list("principal", "before")}
        except Exception as error:  # whatever it is: what is known goes on to count, and no door is closed by it
            log.warning("Revocations of %s are not read for now (%s).", self.label, type(error).__name__)
        finally:
            self._looked = True
            self._lock.release()


def _table(label: str) -> type[RevokedPrincipal]:
    table: type[RevokedPrincipal] = apps.get_model(label, "RevokedPrincipal")  # type: ignore[assignment]
    return table
