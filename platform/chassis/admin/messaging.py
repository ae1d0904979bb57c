"""Admin pages for a domain's messaging tables: dead letters, stuck sagas, jobs, history.

All of it is looked at and never edited; what staff may do are transitions that call the chassis. Bodies are shown with
personal data masked.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from chassis import clock, domains
from chassis.admin import shown
from chassis.admin.history import HistoryEntry, NoHistory, history_of
from chassis.admin.look_only import LookOnly
from chassis.admin.model_admin import DomainAdmin
from chassis.admin.staff_site import site
from chassis.admin.transitions import Transition
from chassis.admin.watching import Watch
from chassis.errors import Conflict, DomainError
from chassis.letters import discard, retry
from chassis.messages import decode_message, masked
from chassis.observe.logs import mask_lines
from chassis.sagas import Saga
from chassis.sagas.runner import FINISHED, STUCK_AFTER, resume


class StillFailing(DomainError):
    code, status, title = "still_failing", 409, "It failed again; the reason has been brought up to date."


def _replay(letter: Any, data: Mapping[str, Any]) -> None:
    if not retry(letter._meta.app_label, letter.id):
        raise StillFailing()


def _discard(letter: Any, data: Mapping[str, Any]) -> None:
    discard(letter._meta.app_label, letter.id)


def _is_open_letter(letter: Any) -> bool:
    return letter.state in letter.OPEN


class DeadLetterAdmin(LookOnly):
    """Events that a handler could not apply."""

    list_display = ("type", "handler", "state_shown", "attempts", "reason_in_short", "last_failed_at")
    list_filter = ("state", "type", "handler")
    ordering = ("-last_failed_at",)
    fields = (
        "event", "type", "handler", "state", "attempts", "first_failed_at", "last_failed_at",
        "reason_masked", "body", "trace",
    )  # fmt: skip
    readonly_fields = ("reason_masked", "body", "trace")
    bulk = ("replay", "discard")
    transitions = (
        Transition(
            name="replay", title="Replay", run=_replay, when=_is_open_letter, own_transaction=True,
            explanation="The handler gets the event again, in its own transaction, now.",
        ),
        Transition(
            name="discard", title="Discard", run=_discard, when=_is_open_letter, dangerous=True,
            explanation="The event will never be applied. This cannot be taken back.",
        ),
    )  # fmt: skip

    state_shown = shown.state(
        "state", info=("retrying", "waiting"), success=("replayed",), warning=("discarded",), danger=("dead",)
    )

    @admin.display(description="reason")
    def reason_in_short(self, letter: Any) -> str:
        return mask_lines(letter.reason)[:100]

    @admin.display(description="reason")
    def reason_masked(self, letter: Any) -> str:
        return mask_lines(letter.reason)

    @admin.display(description="event body, personal data masked")
    def body(self, letter: Any) -> str:
        shown = json.dumps(masked(decode_message(letter.message)), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", shown)

    @admin.display(description="traceback")
    def trace(self, letter: Any) -> str:
        return format_html("<pre>{}</pre>", mask_lines(letter.traceback))


class StuckFilter(admin.SimpleListFilter):
    """Open sagas that have not moved for a while."""

    title = "stuck"
    parameter_name = "stuck"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", f"open and unmoved for {STUCK_AFTER // timedelta(minutes=1)} minutes")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() != "yes":
            return queryset
        return stuck(queryset)


def stuck(sagas: Any) -> Any:
    """Those of `sagas` that are open and have not moved for a while."""
    return sagas.exclude(state__in=FINISHED).filter(changed_at__lt=clock.now() - STUCK_AFTER)


def _resume(saga: Any, data: Mapping[str, Any]) -> None:
    kind = Saga.known.get(saga.name)
    if kind is None:
        raise Conflict(f"This code knows no saga {saga.name}.")
    if not resume(kind, saga.id):
        raise Conflict("It has ended meanwhile.")


def _is_open_saga(saga: Any) -> bool:
    return saga.state not in FINISHED


class SagaAdmin(LookOnly):
    """Running and ended promises, step by step."""

    list_display = ("name", "key", "state_shown", "outcome", "waits_for", "deadline", "changed_at")
    list_filter = (StuckFilter, "state", "outcome", "name")
    search_fields = ("key",)
    ordering = ("-changed_at",)
    fields = (
        "id", "name", "key", "state", "outcome", "error", "step_states", "deadline", "version",
        "created_at", "changed_at",
    )  # fmt: skip
    readonly_fields = ("step_states",)
    transitions = (
        Transition(
            name="retry", title="Retry waiting steps", run=_resume, when=_is_open_saga, own_transaction=True,
            explanation="Steps that wait for an answer are asked for again; each of them may be repeated safely.",
        ),
    )  # fmt: skip

    state_shown = shown.state(
        "state", info=("running",), success=("completed",), warning=("compensating", "compensated")
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        # The table is everywhere, promises are not: an empty page is not worth a place in the menu.
        return any(kind.domain == self.label for kind in Saga.known.values()) and super().has_module_permission(request)

    @admin.display(description="waits for")
    def waits_for(self, saga: Any) -> str:
        return ", ".join(name for name, state in saga.steps.items() if state in ("waiting", "undoing", "doubtful"))

    @admin.display(description="steps")
    def step_states(self, saga: Any) -> str:
        kind = Saga.known.get(saga.name)
        known = [step.name for step in kind.steps] if kind else []
        names = [*(name for name in known if name in saga.steps), *(name for name in saga.steps if name not in known)]
        return shown.lines(f"{shown.words(name)}: {shown.words(saga.steps[name])}" for name in names)


def _requeue(job: Any, data: Mapping[str, Any]) -> None:
    job.state, job.attempts, job.due_at, job.leased_until = job.DUE, 0, clock.now(), None
    job.save(update_fields=["state", "attempts", "due_at", "leased_until"])


def _has_failed(job: Any) -> bool:
    return bool(job.state == job.FAILED)


class JobAdmin(LookOnly):
    """Work outside of transactions: due, done, failed."""

    list_display = ("kind", "key", "state_shown", "due_at", "attempts", "error_in_short")
    list_filter = ("state", "kind")
    search_fields = ("key",)
    ordering = ("-due_at",)
    # The payload stays out: it may hold what a mail or a provider needs.
    fields = (
        "id", "kind", "key", "state", "due_at", "leased_until", "attempts", "error", "created_at",
        "finished_at",
    )  # fmt: skip
    readonly_fields = ("error",)
    transitions = (Transition(name="retry", title="Try again now", run=_requeue, when=_has_failed),)

    state_shown = shown.state("state", info=("due",), success=("done",), danger=("failed",))

    @admin.display(description="last error")
    def error(self, job: Any) -> str:
        return mask_lines(job.last_error)

    @admin.display(description="last error")
    def error_in_short(self, job: Any) -> str:
        return mask_lines(job.last_error)[:100]


class HistoryAdmin(LookOnly):
    """Who changed what in this domain."""

    list_display = ("at", "who", "action", "what")
    list_filter = ("action", "aggregate_type")
    search_fields = ("aggregate_id", "actor", "correlation")
    ordering = ("-at",)
    fields = ("at", "who", "action", "what", "was", "became", "correlation")
    readonly_fields = ("who", "what", "was", "became")

    @admin.display(description="who", ordering="actor")
    def who(self, entry: HistoryEntry) -> str:
        return shown.actor(entry.actor)

    @admin.display(description="what")
    def what(self, entry: HistoryEntry) -> str:
        name = f"{entry.aggregate_type} {entry.aggregate_id}"
        return shown.link(self.label, entry.aggregate_type, entry.aggregate_id, name)

    @admin.display(description="before")
    def was(self, entry: HistoryEntry) -> str:
        return shown.facts(entry.before)

    @admin.display(description="after")
    def became(self, entry: HistoryEntry) -> str:
        return shown.facts(entry.after)


def register_messaging(label: str) -> None:
    """Register the pages of this domain's tables with the site; call it once, in the domain's admin.py."""
    tables = domains.get(label).tables
    pages: list[tuple[type[models.Model], type[DomainAdmin]]] = [
        (tables.letter, DeadLetterAdmin),
        (tables.saga, SagaAdmin),
        (tables.job, JobAdmin),
    ]
    try:
        history: type[HistoryEntry] = history_of(label)
    except NoHistory:
        pass
    else:
        pages.append((history, HistoryAdmin))
    for model, page in pages:
        if not site.is_registered(model):
            site.register(model, page)
    sagas = tables.saga._default_manager.using(domains.get(label).alias)
    site.watch(
        Watch(model=tables.letter, title="dead letters", query={"state": "dead"}, urgent=True),
        Watch(model=tables.job, title="failed jobs", query={"state": tables.job.FAILED}, urgent=True),
        Watch(model=tables.saga, title="stuck sagas", query={"stuck": "yes"}, rows=lambda: stuck(sagas), urgent=True),
    )
