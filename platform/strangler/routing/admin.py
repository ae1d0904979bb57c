"""Routing in the admin: flags and who turned them, and where our answers differed."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from chassis.admin import DomainAdmin, LookOnly, Transition, Watch, site
from strangler.routing.commands import TurnFlag, put_all, turn_flag
from strangler.routing.flags import CATALOGUE, LEGACY, OURS, READS, SHADOW, WRITES
from strangler.routing.models import Difference, Flag
from strangler.routing.standing import WATCH


class ShareForm(forms.Form):
    percentage = forms.IntegerField(min_value=1, max_value=100, initial=100, help_text="of shoppers, each for good")


class OursForm(ShareForm):
    anyway = forms.BooleanField(
        required=False, label="although parity is not proven", help_text="Parity has to look at all of it within a day."
    )


def _turn(mode: str) -> Callable[[Any, Mapping[str, Any]], object]:
    def run(flag: Flag, data: Mapping[str, Any]) -> None:
        turn_flag(
            TurnFlag(
                name=flag.name, mode=mode, percentage=data.get("percentage", 100), anyway=data.get("anyway", False)
            )
        )

    return run


class FlagAdmin(DomainAdmin):
    """Who answers reads in Magento's dialect, and who writes: one flag each, turned by buttons only."""

    list_display = ("name", "about", "mode", "share", "now", "changed_at")
    search_fields = ("name",)
    ordering = ("name",)
    state_fields = ("name", "mode", "percentage", "changed_at")
    fields = ("name", "about", ("mode", "percentage"), "now", "changed_at", "metadata")
    readonly_fields = ("about", "now")
    transitions = (
        Transition(
            name="to_legacy",
            title="Let the old shop answer",
            run=_turn(LEGACY),
            when=lambda flag: flag.kind == READS and flag.mode != LEGACY,
        ),
        Transition(
            name="to_shadow",
            title="Compare in the shadow",
            run=_turn(SHADOW),
            form=ShareForm,
            when=lambda flag: flag.kind == READS and flag.name != "reads.address",
            explanation="The old shop answers, we are asked behind it, and what differs is listed.",
        ),
        Transition(
            name="to_ours",
            title="Answer ourselves",
            run=_turn(OURS),
            form=OursForm,
            when=lambda flag: flag.kind == READS,
            explanation="For so many percent of shoppers. While we are unhealthy or behind the old shop answers.",
        ),
        Transition(
            name="writes_to_legacy",
            title="Leave writing to the old shop",
            run=_turn(LEGACY),
            when=lambda flag: flag.kind == WRITES and flag.mode == OURS,
            dangerous=True,
            explanation="Our own API answers every write to this domain with 409 owned_by_legacy.",
        ),
        Transition(
            name="writes_to_ours",
            title="Take over writing",
            run=_turn(OURS),
            when=lambda flag: flag.kind == WRITES and flag.mode == LEGACY,
            dangerous=True,
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        put_all()
        found: HttpResponse = super().changelist_view(request, extra_context)
        return found

    def about(self, flag: Flag) -> str:
        return CATALOGUE[flag.name].title if flag.name in CATALOGUE else ""

    def share(self, flag: Flag) -> str:
        return "" if flag.mode == LEGACY or flag.kind == WRITES else f"{flag.percentage} %"

    def now(self, flag: Flag) -> str:
        """What our health makes of it."""
        if flag.kind == WRITES or flag.mode != OURS:
            return ""
        why = WATCH.standing().why_not(CATALOGUE[flag.name])
        return f"the old shop answers: we are {why}" if why else "we answer"


class DifferenceAdmin(LookOnly):
    """Places in which answers of ours differed from the old shop's, each once, with where it was seen last."""

    list_display = ("area", "route", "place", "what", "times", "last_seen")
    list_filter = ("area", "what")
    search_fields = ("route", "place", "example")
    ordering = ("-last_seen",)
    fields = (("area", "route"), ("place", "what"), "example", ("times", "first_seen", "last_seen"))


site.register(Flag, FlagAdmin)
site.register(Difference, DifferenceAdmin)
site.watch(Watch(model=Difference, title="places in which answers differ from the old shop's"))
