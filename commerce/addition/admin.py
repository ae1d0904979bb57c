"""Adding goods in the admin: what staff are asked, the offers as they stand, and what can be done with one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import LookOnly, Transition, shown
from chassis.admin.finding import FoundByKey
from commerce.addition.announcing import link_to
from commerce.addition.applying import can_be_added_to
from commerce.addition.commands import add_by_hand, ask_to_pay, locked_addition, offer, withdraw
from commerce.addition.models import Addition
from commerce.addition.states import ADDITION
from commerce.checkout.goods_field import QUANTITY, GoodsField
from commerce.checkout.items import Item, item, restored
from commerce.order.models import Order, OrderLine


class _Goods(forms.Form):
    """More of what the order has, and other goods by their SKU."""

    goods = GoodsField(required=False, label="Other goods")


def goods_form(order: Order) -> type[forms.Form]:
    """How many more of each line, and what else."""
    more = {
        str(line.id): forms.DecimalField(
            label=f"More of {line.sku} {line.name} {line.options}".strip(),
            required=False,
            min_value=Decimal(0),
            initial=Decimal(0),
            help_text=f"It has {shown.quantity(line.quantity)}. What is added costs what it costs today.",
            **QUANTITY,
        )
        for line in order.lines.all()
        if line.total > 0 or line.discount == 0  # a gift is given by a promotion
    }
    version = forms.IntegerField(label="", widget=forms.HiddenInput, initial=order.version)
    return type("GoodsForm", (_Goods,), {**more, "version": version, "field_order": list(more)})


def _offer(order: Order, data: Mapping[str, Any]) -> None:
    wanted: dict[Item, Decimal] = {}
    more = [(_item(line), data.get(str(line.id)) or Decimal(0)) for line in order.lines.all()]
    others = [(item(sku, ()), quantity) for sku, quantity in data["goods"].items()]
    for one, quantity in (*more, *others):
        if quantity > 0:
            wanted[one] = wanted.get(one, Decimal(0)) + quantity
    offer(order.id, wanted=wanted, version=data["version"])


def _item(line: OrderLine) -> Item:
    return item(line.sku, restored(line.choices))


ADD_GOODS = Transition(
    name="add_goods",
    title="Add goods",
    run=_offer,
    when=can_be_added_to,
    form=goods_form,
    own_transaction=True,
    explanation="They are priced first, and nothing changes: the offer is among the order's additions, for you alone. "
    "There you send the shopper a link to pay it, or say that you were paid.",
)


class ByHandForm(forms.Form):
    """How money came."""

    name = forms.CharField(max_length=100, initial="By hand", help_text="How it was paid, as the shopper reads it.")
    reference = forms.CharField(max_length=200, help_text="Of the bank or the till: the same is not booked twice.")


def additions_of(order: Order) -> str:
    """An order's additions as a table."""
    return shown.table(
        ("offered", "goods", "costs", "state"),
        [
            (
                shown.link("commerce", "addition", one.pk, f"{one.asked_at:%Y-%m-%d %H:%M}"),
                ", ".join(
                    f"{shown.quantity(Decimal(line['quantity']))} × {line['sku']}" for line in one.quote["lines"]
                ),
                shown.amount(one.amount, order.currency),
                shown.words(one.state),
            )
            for one in order.additions.all()
        ],
    )


def _is_open(addition: Addition) -> bool:
    return addition.state == "open"


def _lock(addition_id: Any) -> None:
    """The order before the addition, as the saga does."""
    locked_addition(addition_id)


def _by_hand(addition: Addition, data: Mapping[str, Any]) -> None:
    add_by_hand(addition.id, name=data["name"], reference=data["reference"])


class AdditionAdmin(FoundByKey, LookOnly):
    """Goods that were offered for orders, and what came of it. Offers are made on an order's page."""

    search_fields = ("order__number",)
    search_help_text = "An order's number or a part of it, or an id"
    list_display = ("asked_at", "order_link", "amount_shown", "state_shown", "expires_at")
    list_filter = (shown.one_of("state", ADDITION), "asked_at")
    list_select_related = ("order",)
    ordering = ("-asked_at",)
    fields = (
        ("order_link", "state_shown"),
        "goods",
        ("amount_shown", "total_then"),
        ("asked_at", "expires_at", "sent_at"),
        ("decided_at", "paid_at"),
        ("link", "attempt"),
        "metadata",
    )
    readonly_fields = ("order_link", "state_shown", "goods", "amount_shown", "total_then", "link", "attempt")
    state_fields = ("state", "saga")
    transitions = (
        Transition(
            name="ask",
            title="Send link to pay",
            run=lambda addition, _: ask_to_pay(addition.id),
            when=lambda addition: _is_open(addition) and addition.amount > 0,
            lock_first=_lock,
            explanation="The shopper is written to. Goods are reserved when they pay, and come to the order then.",
        ),
        Transition(
            name="by_hand",
            title="Paid by hand",
            run=_by_hand,
            when=lambda addition: _is_open(addition) and addition.amount > 0,
            form=ByHandForm,
            lock_first=_lock,
            explanation="You have the money. If the goods are there they come to the order now; if they are not it "
            "stays as it is, nothing is booked, and the offer says so.",
        ),
        Transition(
            name="add",
            title="Add",
            run=lambda addition, _: add_by_hand(addition.id, name="", reference=""),
            when=lambda addition: _is_open(addition) and addition.amount == 0,
            lock_first=_lock,
            explanation="It costs nothing. If the goods are there they come to the order now.",
        ),
        Transition(
            name="withdraw",
            title="Withdraw",
            run=lambda addition, _: withdraw(addition.id),
            when=_is_open,
            lock_first=_lock,
            dangerous=True,
            explanation="It is offered no longer; who follows the link is told so.",
        ),
    )
    state_shown = shown.state(
        "state", info=("open",), warning=("charging", "added"), success=("done",), danger=("withdrawn",)
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order")

    @admin.display(description="order")
    def order_link(self, addition: Addition) -> str:
        return shown.link("commerce", "order", addition.order_id, addition.order.number)

    @admin.display(description="costs more", ordering="amount")
    def amount_shown(self, addition: Addition) -> str:
        return shown.amount(addition.amount, addition.order.currency)

    @admin.display(description="the order's total")
    def total_then(self, addition: Addition) -> str:
        order = addition.order
        if not _is_open(addition):
            return shown.amount(order.total, order.currency)
        now, then = (shown.amount(one, order.currency) for one in (order.total, order.total + addition.amount))
        return f"{now} → {then}"

    @admin.display(description="goods")
    def goods(self, addition: Addition) -> str:
        currency = addition.order.currency
        return shown.table(
            ("SKU", "name", "quantity", "each", "discount", "tax", "total"),
            [
                (
                    *(line["sku"], line["name"], shown.quantity(Decimal(line["quantity"]))),
                    *(shown.amount(Decimal(line[name]), currency) for name in ("unit_price", "discount", "tax")),
                    shown.amount(Decimal(line["total"]), currency),
                )
                for line in addition.quote["lines"]
            ],
        )

    @admin.display(description="link to pay")
    def link(self, addition: Addition) -> str:
        return link_to(addition, addition.order) if _is_open(addition) else shown.NOTHING

    @admin.display(description="latest attempt")
    def attempt(self, addition: Addition) -> str:
        if addition.saga is None:
            return shown.NOTHING
        return shown.link("commerce", "sagainstance", addition.saga, "how it went")
