"""Buttons of a product's page: when it is on sale in a channel."""

from collections.abc import Mapping
from typing import Any

from django import forms

from catalog.catalog.publication.commands import SchedulePublication, change_publication, schedule_publication
from catalog.product.models import Channel, Product
from chassis.admin import Transition


def _channels() -> list[tuple[str, str]]:
    return [(code, code) for code in Channel.objects.order_by("code").values_list("code", flat=True)]


class ChannelForm(forms.Form):
    """In which channel."""

    channel = forms.ChoiceField(choices=_channels)


class PlanForm(ChannelForm):
    """From when until when; without a start it is on sale at once, without an end for good."""

    starts_at = forms.DateTimeField(required=False, help_text="UTC, as 2026-12-24 08:00")
    ends_at = forms.DateTimeField(required=False)


def _plan(product: Product, data: Mapping[str, Any]) -> None:
    schedule_publication(SchedulePublication(sku=product.sku, **data))


def _archive(product: Product, data: Mapping[str, Any]) -> None:
    change_publication(product.sku, data["channel"], "archive")


def _restore(product: Product, data: Mapping[str, Any]) -> None:
    change_publication(product.sku, data["channel"], "restore")


def _has_page(product: Product) -> bool:
    return product.parent_id is None


TRANSITIONS = (
    Transition(
        name="plan",
        title="Plan",
        run=_plan,
        form=PlanForm,
        when=_has_page,
        explanation="On sale in the channel between these moments; a later plan replaces this one.",
    ),
    Transition(
        name="archive",
        title="Archive",
        run=_archive,
        form=ChannelForm,
        when=_has_page,
        dangerous=True,
        explanation="Off sale in the channel until it is restored.",
    ),
    Transition(
        name="restore",
        title="Restore",
        run=_restore,
        form=ChannelForm,
        when=_has_page,
        explanation="From the archive back to a draft.",
    ),
)
