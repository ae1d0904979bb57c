"""Abstract tables of a domain's messaging. A domain's `messaging.py` subclasses each of them."""

from typing import Any

from django.db import models

from chassis.domains import Tables


class OutboxEvent(models.Model):
    """An event written in the transaction that caused it; `relayed_at` is set once it is in envelopes."""

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.TextField()
    lane = models.TextField()
    message = models.TextField(help_text="the whole message as JSON")
    occurred_at = models.DateTimeField()
    relayed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["lane", "seq"],
                condition=models.Q(relayed_at__isnull=True),
                name="%(app_label)s_outbox_new",
            ),
        ]


class Delivery(models.Model):
    """One envelope for one subscriber: finished only when the subscriber said so."""

    envelope = models.UUIDField(primary_key=True)
    subscriber = models.TextField()
    lane = models.TextField()
    seqs = models.JSONField(help_text="outbox rows inside")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sends = models.IntegerField(default=0)
    acked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["subscriber", "lane", "envelope"],
                condition=models.Q(acked_at__isnull=True),
                name="%(app_label)s_delivery_open",
            ),
            models.Index(fields=["acked_at"], name="%(app_label)s_delivery_acked"),
            # Retention finds an outbox row's envelopes by the moment that both carry.
            models.Index(fields=["created_at"], name="%(app_label)s_delivery_made"),
        ]


class InboxEntry(models.Model):
    """Proof that a handler's effects of an event are committed: (event, handler) once."""

    pk = models.CompositePrimaryKey("event", "handler")
    event = models.UUIDField()
    handler = models.TextField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True


class DeadLetter(models.Model):
    """An event that a handler could not apply: being retried, waiting for another event, dead, replayed, discarded."""

    RETRYING, WAITING, DEAD, REPLAYED, DISCARDED = "retrying", "waiting", "dead", "replayed", "discarded"
    TRIED = (RETRYING, WAITING)
    OPEN = (*TRIED, DEAD)

    id = models.UUIDField(primary_key=True)
    event = models.UUIDField()
    handler = models.TextField()
    type = models.TextField()
    message = models.TextField()
    state = models.TextField(default=RETRYING)
    attempts = models.IntegerField(default=1)
    reason = models.TextField()
    traceback = models.TextField()
    first_failed_at = models.DateTimeField()
    last_failed_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="%(app_label)s_letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} for {self.handler}"


class Job(models.Model):
    """Work to be done outside any transaction: leased, retried, due at a time."""

    DUE, DONE, FAILED = "due", "done", "failed"

    id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    key = models.TextField()
    payload = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    state = models.TextField(default=DUE)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="%(app_label)s_job_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="due"), name="%(app_label)s_job_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SagaInstance(models.Model):
    """A running promise: its step, what it learned, and what is still to be undone."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    key = models.TextField(help_text="what this saga is about: at most one open saga per key")
    state = models.TextField()
    steps = models.JSONField(default=dict, help_text="step name -> pending/waiting/done/skipped/failed/undone")
    data = models.JSONField(default=dict)
    outcome = models.TextField(default="")
    error = models.TextField(default="")
    context = models.JSONField(default=dict)
    deadline = models.DateTimeField()
    version = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["name", "key"],
                condition=~models.Q(state__in=["completed", "compensated"]),
                name="%(app_label)s_saga_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


def tables(module: dict[str, Any]) -> Tables:
    """The Tables of a domain's messaging module: `TABLES = tables(globals())` as its last line."""
    return Tables(
        outbox=module["OutboxEvent"],
        delivery=module["Delivery"],
        inbox=module["InboxEntry"],
        letter=module["DeadLetter"],
        job=module["Job"],
        saga=module["SagaInstance"],
    )
