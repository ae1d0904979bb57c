"""Drafts in the admin of carts: what staff are asked, and the buttons of an open draft."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from chassis.admin import Transition, shown
from commerce.checkout import commands
from commerce.checkout.address_form import ADDRESS, AddressForm, address_fields
from commerce.checkout.commands.coupons import MOST_CODES
from commerce.checkout.drafting import STAFF, ask_to_pay, place_draft, set_codes, set_goods
from commerce.checkout.goods_field import GoodsField
from commerce.checkout.items import items_of
from commerce.checkout.models import Cart, ViewCopy
from commerce.payment.methods import offered
from commerce.payment.models import MANUAL


def views() -> list[tuple[str, str]]:
    """Codes of the views in which something can be sold."""
    codes = ViewCopy.objects.filter(active=True).order_by("code").values_list("code", flat=True)
    return [(code, code) for code in codes]


class NewDraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """For whom a draft is, and where it is sold."""

    view = forms.ChoiceField(choices=views)
    email = forms.EmailField()
    customer = forms.UUIDField(required=False, help_text="The id of a registered customer; a guest has none.")
    customer_group = forms.SlugField(required=False, help_text="Whose prices: the customer's group.")

    class Meta:
        model = Cart
        fields = ("view", "email", "customer", "customer_group")


def is_open_draft(cart: Cart) -> bool:
    """Whether staff may still change it."""
    return bool(cart.drafted_by) and cart.state == Cart.OPEN


def goods_form(cart: Cart) -> type[forms.Form]:
    """What is in it."""
    now = "\n".join(f"{one.sku} {shown.quantity(many)}" for one, many in items_of(cart).items() if not one.choices)
    return type("DraftGoodsForm", (forms.Form,), {"goods": GoodsField(required=False, initial=now)})


def delivery_form(cart: Cart) -> type[forms.Form]:
    """Who gets it, where and how."""
    fields: dict[str, forms.Field] = {
        "email": forms.EmailField(initial=cart.email),
        **address_fields(cart.delivery or {}, required=False),
        "shipping_method": forms.CharField(max_length=100, required=False, initial=cart.shipping_method),
        "vat_number": forms.CharField(max_length=20, required=False, initial=cart.vat_number),
    }
    return type("DraftDeliveryForm", (AddressForm,), fields)


def codes_form(cart: Cart) -> type[forms.Form]:
    """Which coupons are entered."""
    now = " ".join(cart.codes)
    field = forms.CharField(
        required=False, max_length=400, initial=now, help_text=f"At most {MOST_CODES}, with blanks between."
    )
    return type("DraftCodesForm", (_Codes,), {"codes": field})


class _Codes(forms.Form):
    def clean_codes(self) -> list[str]:
        """Each once, as it was entered."""
        codes = list(dict.fromkeys(self.cleaned_data["codes"].split()))
        if len(codes) > MOST_CODES:
            raise forms.ValidationError(f"At most {MOST_CODES}.")
        return codes


def method_form(cart: Cart) -> type[forms.Form]:
    """How it will be paid, of what is not paid by a card."""
    country = (cart.delivery or {}).get("country", "")
    total = Decimal((cart.quote or {}).get("total", "0"))
    found = offered(channel=cart.channel, view=cart.view, country=country, amount=total)
    choices = [(one.code, one.name) for one in found if one.kind == MANUAL]
    fields = {"method": forms.ChoiceField(choices=choices)} if total > 0 else {}
    return type("DraftMethodForm", (forms.Form,), fields)


def _deliver(cart: Cart, data: Mapping[str, Any]) -> None:
    address = {name: data[name] for name in (*ADDRESS, "country")} if data["country"] else None
    commands.set_delivery(
        view=cart.view,
        cart_id=cart.id,
        shopper=STAFF,
        email=data["email"],
        address=address,
        shipping_method=data["shipping_method"] if address else "",
        vat_number=data["vat_number"],
        billing=cart.billing,
    )


def _confirm(cart: Cart, _: Mapping[str, Any]) -> None:
    commands.confirm(view=cart.view, cart_id=cart.id, shopper=STAFF)


DRAFTING = (
    Transition(
        name="goods",
        title="Enter the goods",
        run=lambda cart, data: set_goods(cart, data["goods"]),
        when=is_open_draft,
        form=goods_form,
        own_transaction=True,
        explanation="These and no others are in the draft. They are priced at once.",
    ),
    Transition(
        name="delivery",
        title="Enter the delivery",
        run=_deliver,
        when=is_open_draft,
        form=delivery_form,
        own_transaction=True,
        explanation="Without a country nothing is sent. Which ways there are, the channel's methods say.",
    ),
    Transition(
        name="codes",
        title="Enter coupons",
        run=lambda cart, data: set_codes(cart, data["codes"]),
        when=is_open_draft,
        form=codes_form,
        own_transaction=True,
        explanation="These and no others are entered; what each comes to stands among the discounts.",
    ),
    Transition(
        name="confirm",
        title="Price it anew",
        run=_confirm,
        when=is_open_draft,
        own_transaction=True,
        explanation="Today's prices are taken.",
    ),
    Transition(
        name="place",
        title="Place the order",
        run=lambda cart, data: place_draft(cart, method=data.get("method", "")),
        when=is_open_draft,
        form=method_form,
        own_transaction=True,
        explanation="Stock is reserved and the order exists, to be paid by hand. Its money is booked on its payment.",
    ),
    Transition(
        name="ask",
        title="Send link to pay",
        run=lambda cart, _: ask_to_pay(cart),
        when=is_open_draft,
        own_transaction=True,
        explanation="Whoever it is for is written to, looks at it and orders. An earlier link opens nothing.",
    ),
)
