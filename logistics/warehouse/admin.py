"""Sources, stock, its ledger and reservations in the admin. Stock moves by commands only: each change with a reason."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, Q
from django.http import HttpRequest

from chassis import clock
from chassis.admin import Defined, LookOnly, ShownInline, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from logistics.transfers.incoming import incoming
from logistics.warehouse.commands import (
    BY_HAND,
    REASONS,
    AdjustStock,
    DefineSource,
    LinkChannel,
    StockChange,
    adjust_stock,
    define_source,
    link_channel,
)
from logistics.warehouse.models import (
    Channel,
    ChannelSource,
    Source,
    StockItem,
    StockMovement,
)
from logistics.warehouse.policy_admin import (
    item_policy_form,
    set_for_item,
    set_for_source,
    source_policy_form,
)


def channels() -> Iterable[str]:
    """Codes of the channels, for list filters."""
    return Channel.objects.order_by("code").values_list("code", flat=True)


class LinkForm(forms.Form):
    """Which channel sells from a source."""

    channel = forms.ModelChoiceField(queryset=Channel.objects.order_by("code"), to_field_name="code", empty_label=None)
    priority = forms.IntegerField(initial=0, min_value=0, max_value=1000, help_text="The lowest is taken first.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].label_from_instance = lambda channel: f"{channel.code}: {channel.name}"  # type: ignore[attr-defined]


class AdjustForm(forms.Form):
    """By how much the stock on hand changes, and why."""

    change = forms.DecimalField(max_digits=12, decimal_places=4, help_text="What came (5) or went (-2).")
    reason = forms.ChoiceField(choices=[(reason, shown.words(reason)) for reason in sorted(BY_HAND)])
    reference = forms.CharField(required=False, max_length=200, help_text="A delivery note, a count's number, …")


def count_form(item: StockItem) -> type[forms.Form]:
    """What was counted."""

    class CountForm(forms.Form):
        on_hand = forms.DecimalField(
            max_digits=12, decimal_places=4, label="Counted", initial=shown.quantity(item.on_hand)
        )
        reference = forms.CharField(required=False, max_length=200)

    return CountForm


def _switch(source: Source, *, on: bool) -> None:
    define_source(DefineSource(code=source.code, name=source.name, country=source.country, enabled=on))


def _link(source: Source, data: Mapping[str, Any]) -> None:
    link_channel(LinkChannel(channel=data["channel"].code, source=source.code, priority=data["priority"]))


def _change(item: StockItem, *, reason: str, reference: str = "", **what: Any) -> None:
    change = StockChange(source=item.source.code, sku=item.sku, reference=reference, **what)
    adjust_stock(AdjustStock(changes=[change], reason=reason))


def _postal(address: Any) -> None:
    known = {"street", "city", "postcode", "region", "phone"}
    if not isinstance(address, dict) or not address.keys() <= known or not all(map(_is_text, address.values())):
        raise forms.ValidationError(f"Texts under {', '.join(sorted(known))}.")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def policies(row: Source | StockItem) -> str:
    """What is said of selling and telling; what is not said is left out."""
    return shown.facts(
        {
            name: shown.quantity(value) if isinstance(value, Decimal) else value
            for name in (*POLICIES, "available_from")
            if (value := getattr(row, name, None)) not in (None, "")
        }
    )


class ChannelInline(ShownInline):
    model = ChannelSource
    verbose_name_plural = "channels that sell from here"
    fields = ("channel", "priority")


POLICIES = ("safety_stock", "low_at", "backorders", "backorder_limit")


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


class ShortFilter(admin.SimpleListFilter):
    """Items that cannot be sold from any more, or only a few."""

    title = parameter_name = "stock"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", "none left"), ("low", "little left"), ("short", "more promised than there is")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        left = {"out": Q(level="out"), "low": Q(level="low"), "short": Q(on_hand__lt=F("reserved"))}
        return queryset.filter(left[self.value()], managed=True) if self.value() in left else queryset


class StockAdmin(FoundByKey, LookOnly):
    """What lies where. Reserved is what checkouts and orders hold of it."""

    search_fields = ("sku",)
    list_display = ("sku", "source", "on_hand_shown", "reserved_shown", "free", "managed", "backorders")
    list_select_related = ("source",)
    list_filter = (ShortFilter, "source", "managed", "backorders")
    ordering = ("sku", "source")
    fields = (
        ("sku", "source"),
        ("figures", "level_shown"),
        ("managed", "policy"),
        "movements",
        "movements_link",
        "metadata",
    )
    readonly_fields = ("figures", "level_shown", "policy", "movements", "movements_link")
    state_fields = ("managed", "on_hand", "reserved", "level", "available_from", *POLICIES)
    level_shown = shown.state("level", description="level", success=("ok",), warning=("low",), danger=("out",))
    transitions = (
        Transition(
            name="adjust",
            title="Change stock",
            form=AdjustForm,
            run=lambda item, data: _change(item, **data),
        ),
        Transition(
            name="count",
            title="Enter a count",
            form=count_form,
            run=lambda item, data: _change(item, reason="stock_take", **data),
            explanation="The stock on hand is what was counted; the difference goes into the ledger.",
        ),
        Transition(
            name="allow_backorders",
            title="Sell beyond stock",
            run=lambda item, _: _change(item, reason="correction", backorders=True),
            when=lambda item: item.managed and not item.backorders,
        ),
        Transition(
            name="refuse_backorders",
            title="Sell only what is there",
            run=lambda item, _: _change(item, reason="correction", backorders=False),
            when=lambda item: item.backorders,
        ),
        Transition(
            name="policy",
            title="Set policies",
            form=item_policy_form,
            run=set_for_item,
            explanation="What is left empty is as its source has it.",
        ),
    )
    bulk = ("allow_backorders", "refuse_backorders")

    @admin.display(description="on hand", ordering="on_hand")
    def on_hand_shown(self, item: StockItem) -> str:
        return shown.quantity(item.on_hand)

    @admin.display(description="reserved", ordering="reserved")
    def reserved_shown(self, item: StockItem) -> str:
        return shown.quantity(item.reserved)

    @admin.display(description="free")
    def free(self, item: StockItem) -> str:
        safety = item.source.safety_stock if item.safety_stock is None else item.safety_stock
        return shown.quantity(item.on_hand - item.reserved - safety) if item.managed else "always"

    @admin.display(description="stock")
    def figures(self, item: StockItem) -> str:
        units, first = incoming([item.source_id], [item.sku]).get((item.source_id, item.sku), (None, None))
        coming = f"{shown.quantity(units)}, the first by {first:%Y-%m-%d}" if first else shown.quantity(units)
        row = (self.on_hand_shown(item), self.reserved_shown(item), self.free(item), coming)
        return shown.table(("on hand", "reserved", "free", "incoming"), [row])

    @admin.display(description="policies")
    def policy(self, item: StockItem) -> str:
        return policies(item)

    @admin.display(description="last movements")
    def movements(self, item: StockItem) -> str:
        return shown.table(
            ("when", "change", "on hand after it", "reason", "reference", "who"),
            [
                (
                    f"{move.moved_at:%Y-%m-%d %H:%M}",
                    f"{move.quantity.normalize():+f}",
                    shown.quantity(move.on_hand),
                    shown.words(move.reason),
                    move.reference,
                    shown.actor(move.actor),
                )
                for move in item.movements.order_by("-moved_at", "-id")[:10]
            ],
        )

    @admin.display(description="ledger")
    def movements_link(self, item: StockItem) -> str:
        return shown.listing("logistics", "stockmovement", "all movements", item__id__exact=item.id)


class MovementAdmin(LookOnly):
    """The ledger of stock on hand."""

    search_fields = ("item__sku", "reference")
    list_display = ("moved_at", "item_link", "source", "change", "after", "reason_shown", "reference", "who")
    list_select_related = ("item__source",)
    list_filter = (
        shown.one_of("reason", (*sorted(REASONS), "shipment")),
        "item__source",
        "moved_at",
    )
    ordering = ("-moved_at", "-id")
    fields = ("moved_at", "item_link", "change", "after", "reason_shown", "reference", "who")
    readonly_fields = ("item_link", "change", "after", "reason_shown", "who")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "item__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="SKU", ordering="item__sku")
    def item_link(self, move: StockMovement) -> str:
        return shown.link("logistics", "stockitem", move.item_id, move.item.sku)

    @admin.display(description="source")
    def source(self, move: StockMovement) -> str:
        return str(move.item.source)

    @admin.display(description="change", ordering="quantity")
    def change(self, move: StockMovement) -> str:
        return f"{move.quantity.normalize():+f}"

    @admin.display(description="on hand after it")
    def after(self, move: StockMovement) -> str:
        return shown.quantity(move.on_hand)

    @admin.display(description="reason", ordering="reason")
    def reason_shown(self, move: StockMovement) -> str:
        return shown.words(move.reason)

    @admin.display(description="who")
    def who(self, move: StockMovement) -> str:
        return shown.actor(move.actor)


site.watch(
    Watch(
        model=StockItem,
        title="stock items with more promised than there is",
        query={"stock": "short"},
        rows=lambda: StockItem.objects.filter(managed=True, on_hand__lt=F("reserved")).exclude(
            Q(backorders=True) | Q(backorders=None, source__backorders=True) | Q(available_from__gt=clock.now())
        ),
    )
)
site.watch(
    Watch(
        model=StockItem,
        title="stock items of which little is left",
        query={"stock": "low"},
        rows=lambda: StockItem.objects.filter(managed=True, level="low"),
    )
)
