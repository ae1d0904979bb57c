"""Stock in the admin. It moves by commands only: each change with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, Q

from chassis import clock
from chassis.admin import LookOnly, Transition, Watch, shown, site
from chassis.admin.finding import FoundByKey
from logistics.warehouse.commands import BY_HAND, AdjustStock, StockChange, adjust_stock
from logistics.warehouse.models import StockItem
from logistics.warehouse.policy_admin import POLICIES, item_policy_form, policies, set_for_item


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


def _change(item: StockItem, *, reason: str, reference: str = "", **what: Any) -> None:
    change = StockChange(source=item.source.code, sku=item.sku, reference=reference, **what)
    adjust_stock(AdjustStock(changes=[change], reason=reason))


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
        columns = self.columns(item)
        return shown.table(tuple(columns), [tuple(columns.values())])

    def columns(self, item: StockItem) -> dict[str, str]:
        """The figures of an item, each under its name."""
        return {"on hand": self.on_hand_shown(item), "reserved": self.reserved_shown(item), "free": self.free(item)}

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
