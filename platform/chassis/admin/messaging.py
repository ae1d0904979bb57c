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
from chassis.admin.history import HistoryEntry, NoHistory, history_of
from chassis.admin.model_admin import DomainAdmin
from chassis.admin.staff_site import site
from chassis.admin.transitions import Transition, perform
from chassis.errors import Conflict, DomainError
from chassis.letters import discard, retry
from chassis.messages import decode_message, masked
from chassis.sagas import Saga
from chassis.sagas.runner import FINISHED, STUCK_AFTER, resume

OPEN_LETTERS = ("retrying", "dead")


class LookOnly(DomainAdmin):
    """Rows that nobody writes by hand."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "view") or self._granted(request, "change")


class StillFailing(DomainError):
    code, status, title = "still_failing", 409, "It failed again; the reason has been brought up to date."


def _replay(letter: Any, data: Mapping[str, Any]) -> None:
    if not retry(letter._meta.app_label, letter.id):
        raise StillFailing()


def _discard(letter: Any, data: Mapping[str, Any]) -> None:
    discard(letter._meta.app_label, letter.id)


def _is_open_letter(letter: Any) -> bool:
    return letter.state in OPEN_LETTERS


class DeadLetterAdmin(LookOnly):
    """Events that a handler could not apply."""

    list_display = ("type", "handler", "state", "attempts", "reason_in_short", "last_failed_at")
    list_filter = ("state", "type", "handler")
    ordering = ("-last_failed_at",)
    fields = (
        "event", "type", "handler", "state", "attempts", "first_failed_at", "last_failed_at", "reason",
        "body", "trace",
    )  # fmt: skip
    readonly_fields = ("body", "trace")
    actions = ("replay_selected", "discard_selected")
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

    def get_actions(self, request: HttpRequest) -> Any:
        found = super().get_actions(request)
        if not all(self._may_run(request, one) for one in self.transitions):
            found = {name: one for name, one in found.items() if not name.endswith("_selected")}
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        # Replays must each stand in a transaction of their own, so not in one around the whole request.
        return admin.ModelAdmin.changelist_view(self, request, extra_context)

    @admin.action(description="Replay selected letters")
    def replay_selected(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, self.transitions[0])

    @admin.action(description="Discard selected letters")
    def discard_selected(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, self.transitions[1])

    def _each(self, request: HttpRequest, queryset: Any, transition: Transition) -> None:
        done = failed = 0
        for pk in list(queryset.order_by("first_failed_at").values_list("pk", flat=True)):
            try:
                perform(self.model, transition, pk, {}, actor=str(request.user))
                done += 1
            except DomainError:
                failed += 1
        self.message_user(request, f"{transition.title}: {done} done, {failed} not.")

    @admin.display(description="reason")
    def reason_in_short(self, letter: Any) -> str:
        return str(letter.reason)[:100]

    @admin.display(description="event body, personal data masked")
    def body(self, letter: Any) -> str:
        shown = json.dumps(masked(decode_message(letter.message)), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", shown)

    @admin.display(description="traceback")
    def trace(self, letter: Any) -> str:
        return format_html("<pre>{}</pre>", letter.traceback)


class StuckFilter(admin.SimpleListFilter):
    """Open sagas that have not moved for a while."""

    title = "stuck"
    parameter_name = "stuck"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", f"open and unmoved for {STUCK_AFTER // timedelta(minutes=1)} minutes")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() != "yes":
            return queryset
        return queryset.exclude(state__in=FINISHED).filter(changed_at__lt=clock.now() - STUCK_AFTER)


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

    list_display = ("name", "key", "state", "outcome", "waits_for", "deadline", "changed_at")
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

    @admin.display(description="waits for")
    def waits_for(self, saga: Any) -> str:
        return ", ".join(name for name, state in saga.steps.items() if state in ("waiting", "undoing", "doubtful"))

    @admin.display(description="steps")
    def step_states(self, saga: Any) -> str:
        return format_html("<pre>{}</pre>", "\n".join(f"{name}: {state}" for name, state in saga.steps.items()))


def _requeue(job: Any, data: Mapping[str, Any]) -> None:
    job.state, job.attempts, job.due_at, job.leased_until = job.DUE, 0, clock.now(), None
    job.save(update_fields=["state", "attempts", "due_at", "leased_until"])


def _has_failed(job: Any) -> bool:
    return bool(job.state == job.FAILED)


class JobAdmin(LookOnly):
    """Work outside of transactions: due, done, failed."""

    list_display = ("kind", "key", "state", "due_at", "attempts", "error_in_short")
    list_filter = ("state", "kind")
    search_fields = ("key",)
    ordering = ("-due_at",)
    # The payload stays out: it may hold what a mail or a provider needs.
    fields = (
        "id", "kind", "key", "state", "due_at", "leased_until", "attempts", "last_error", "created_at",
        "finished_at",
    )  # fmt: skip
    transitions = (Transition(name="retry", title="Try again now", run=_requeue, when=_has_failed),)

    @admin.display(description="last error")
    def error_in_short(self, job: Any) -> str:
        return str(job.last_error)[:100]


class HistoryAdmin(LookOnly):
    """Who changed what in this domain."""

    list_display = ("at", "actor", "action", "aggregate_type", "aggregate_id")
    list_filter = ("action", "aggregate_type")
    search_fields = ("aggregate_id", "actor", "correlation")
    ordering = ("-at",)


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
