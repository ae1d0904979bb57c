"""Carts in the admin: looked at. Only their shoppers change them."""

from decimal import Decimal

from django.contrib import admin

from chassis.admin import LookOnly, ShownInline, shown
from chassis.admin.finding import FoundByKey
from commerce.checkout.adjustments import DELIVERY, discounts
from commerce.checkout.models import Cart, CartLine, ChannelCopy
from commerce.checkout.tenders import split, tenders_of


class CartLineInline(ShownInline):
    model = CartLine
    verbose_name_plural = "lines"
    fields = ("product_link", "quantity_shown", "metadata")
    readonly_fields = ("product_link", "quantity_shown")

    @admin.display(description="SKU")
    def product_link(self, line: CartLine) -> str:
        return shown.listing("catalog", "product", line.sku, q=line.sku)

    @admin.display(description="quantity")
    def quantity_shown(self, line: CartLine) -> str:
        return shown.quantity(line.quantity)


class CartAdmin(FoundByKey, LookOnly):
    """What shoppers are about to buy. The guest's secret and the card token are never shown."""

    search_fields = ("customer",)
    search_help_text = "A cart's id, or a customer's"
    list_display = ("changed_at", "view", "email_in_short", "total", "state_shown")
    list_filter = (
        shown.one_of("state", (Cart.OPEN, Cart.PLACING, Cart.ORDERED, Cart.MERGED)),
        shown.one_of("channel", lambda: ChannelCopy.objects.order_by("code").values_list("code", flat=True)),
        "changed_at",
    )
    ordering = ("-changed_at",)
    fieldsets = (
        (None, {"fields": (("state_shown", "view"), ("created_at", "changed_at"))}),
        ("Shopper", {"fields": ("email_link", ("address", "billed_to"), ("shipping_method", "customer_group"))}),
        (
            "Quote",
            {
                "fields": (
                    ("total", "shipping_shown"),
                    "quoted",
                    ("coupons", "discounts_shown"),
                    "paid_with",
                    "checkout_link",
                )
            },
        ),
        ("Notes", {"fields": ("metadata",)}),
    )
    readonly_fields = (
        *("state_shown", "email_link", "address", "billed_to", "total", "shipping_shown", "quoted"),
        *("coupons", "discounts_shown", "paid_with", "checkout_link"),
    )
    state_fields = ("state",)
    inlines = (CartLineInline,)
    state_shown = shown.state(
        "state", info=(Cart.OPEN,), warning=(Cart.PLACING,), success=(Cart.ORDERED,), danger=(Cart.MERGED,)
    )

    @admin.display(description="shopper")
    def email_in_short(self, cart: Cart) -> str:
        return shown.masked_email(cart.email)

    @admin.display(description="e-mail")
    def email_link(self, cart: Cart) -> str:
        return shown.link("identity", "customer", cart.customer, cart.email) if cart.customer else cart.email

    @admin.display(description="delivery to")
    def address(self, cart: Cart) -> str:
        return shown.postal(cart.delivery)

    @admin.display(description="billed elsewhere")
    def billed_to(self, cart: Cart) -> str:
        return shown.postal(cart.billing)

    @admin.display(description="total")
    def total(self, cart: Cart) -> str:
        return _figure(cart, "total")

    @admin.display(description="delivery")
    def shipping_shown(self, cart: Cart) -> str:
        return shown.amount(cart.shipping_price, cart.currency)

    @admin.display(description="quoted")
    def quoted(self, cart: Cart) -> str:
        rows = (cart.quote or {}).get("lines", ())
        return shown.table(
            ("SKU", "name", "quantity", "total"),
            [
                (row["sku"], row["name"], shown.quantity(Decimal(row["quantity"])), f"{row['total']} {cart.currency}")
                for row in rows
            ],
        )

    @admin.display(description="coupons entered")
    def coupons(self, cart: Cart) -> str:
        return ", ".join(cart.codes) or shown.NOTHING

    @admin.display(description="discounts")
    def discounts_shown(self, cart: Cart) -> str:
        quote = cart.quote or {}
        lines = [(row["sku"], row.get("adjustments", ())) for row in quote.get("lines", ())]
        return discounts([*lines, (DELIVERY, quote.get("shipping_adjustments", ()))], cart.currency)

    @admin.display(description="paid with")
    def paid_with(self, cart: Cart) -> str:
        shares = split(Decimal((cart.quote or {}).get("total", "0")), tenders_of(cart))
        rows = [(f"{shown.words(one.tender.tender)} {one.tender.label}", one.amount) for one in shares]
        return shown.table(("tender", "covers"), [(name, shown.amount(amount, cart.currency)) for name, amount in rows])

    @admin.display(description="checkout")
    def checkout_link(self, cart: Cart) -> str:
        return shown.link("commerce", "sagainstance", cart.saga, "how it went") if cart.saga else shown.NOTHING


def _figure(cart: Cart, name: str) -> str:
    value = (cart.quote or {}).get(name)
    return shown.NOTHING if value is None else shown.amount(Decimal(value), cart.currency)
