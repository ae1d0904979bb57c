"""Sources in the admin: where they are, who sells from them, and what counts for all that lies there."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis import clock
from chassis.admin import Defined, ShownInline, Transition, shown
from chassis.admin.finding import FoundByKey
from logistics.warehouse.commands import DefineSource, LinkChannel, define_source, link_channel
from logistics.warehouse.models import Channel, ChannelSource, Source
from logistics.warehouse.policy_admin import POLICIES, policies, set_for_source, source_policy_form


class LinkForm(forms.Form):
    """Which channel sells from a source."""

    channel = forms.ModelChoiceField(queryset=Channel.objects.order_by("code"), to_field_name="code", empty_label=None)
    priority = forms.IntegerField(initial=0, min_value=0, max_value=1000, help_text="The lowest is taken first.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].label_from_instance = lambda channel: f"{channel.code}: {channel.name}"  # type: ignore[attr-defined]


def _switch(source: Source, *, on: bool) -> None:
    define_source(DefineSource(code=source.code, name=source.name, country=source.country, enabled=on))


def _link(source: Source, data: Mapping[str, Any]) -> None:
    link_channel(LinkChannel(channel=data["channel"].code, source=source.code, priority=data["priority"]))


def _postal(address: Any) -> None:
    known = {"street", "city", "postcode", "region", "phone"}
    if not isinstance(address, dict) or not address.keys() <= known or not all(map(_is_text, address.values())):
        raise forms.ValidationError(f"Texts under {', '.join(sorted(known))}.")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


class ChannelInline(ShownInline):
    model = ChannelSource
    verbose_name_plural = "channels that sell from here"
    fields = ("channel", "priority")


class SourceAdmin(FoundByKey, Defined):
    """Places that hold stock and send parcels."""

    list_display = ("code", "name", "country", "enabled", "sold_in")
    list_filter = ("enabled", "country")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = (
        "code",
        "name",
        "country",
        "address",
        ("latitude", "longitude"),
        "enabled",
        "policy",
        "stock_link",
        "metadata",
    )
    readonly_fields = ("stock_link", "policy")
    state_fields = ("enabled", *POLICIES)
    inlines = (ChannelInline,)
    transitions = (
        Transition(
            name="link",
            title="Sell in a channel",
            run=_link,
            form=LinkForm,
            explanation="The channel sells what lies here, or takes it in another order, from now on.",
        ),
        Transition(
            name="policy",
            title="Set policies",
            form=source_policy_form,
            run=set_for_source,
            explanation="They count for every item here that has none of its own.",
        ),
        Transition(
            name="enable",
            title="Switch on",
            run=lambda source, _: _switch(source, on=True),
            when=lambda source: not source.enabled,
        ),
        Transition(
            name="disable",
            title="Switch off",
            run=lambda source, _: _switch(source, on=False),
            when=lambda source: source.enabled,
            dangerous=True,
            explanation="Nothing that lies here is sold any more; what is reserved stays reserved.",
        ),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "add")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("channels")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("code", "name", "country", "address", ("latitude", "longitude"), "metadata")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["code"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        obj.address = obj.address or {}
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "address" in form.base_fields:
            form.base_fields["address"].help_text = "street, city, postcode, region and phone, each a text."
            form.base_fields["address"].validators.append(_postal)
        return form

    @admin.display(description="policies")
    def policy(self, source: Source) -> str:
        return policies(source)

    @admin.display(description="sold in")
    def sold_in(self, source: Source) -> str:
        links = sorted(source.channels.all(), key=lambda link: (link.priority, link.channel))
        return ", ".join(link.channel for link in links) or shown.NOTHING

    @admin.display(description="stock")
    def stock_link(self, source: Source) -> str:
        return shown.listing("logistics", "stockitem", "what lies here", source__id__exact=source.id)
