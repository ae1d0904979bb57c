"""Which ways to pay a cart is offered: the card, unless its channel says otherwise, and the channel's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from commerce.payment.errors import MethodNotOffered
from commerce.payment.models import CARD, MANUAL, PaymentMethod, PaymentMethodText
from commerce.payment.providers.registry import chosen, provider_of, usable


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A way to pay as a shopper sees it. `kind` is card or manual; a card has its provider and what that shows."""

    code: str
    kind: str
    name: str
    instructions: str = ""
    goods_first: bool = False
    provider: str = ""
    public_key: str = ""


def offered(*, channel: str, view: str, country: str, amount: Decimal) -> list[Offered]:
    """All ways to pay an amount for goods that go to a country, in the channel's order; none where nothing is due."""
    return list(_offered(channel, view, country, amount)) if amount > 0 else []


def demand(code: str, *, channel: str, view: str, country: str, amount: Decimal) -> Offered:
    """The way to pay of a code; MethodNotOffered where it is not among those."""
    for one in _offered(channel, view, country, amount, code=code):
        return one
    raise MethodNotOffered(field="/payment_method")


def _offered(channel: str, view: str, country: str, amount: Decimal, *, code: str = "") -> Iterator[Offered]:
    rows = PaymentMethod.objects.filter(channel=channel, **({"code": code} if code else {}))
    texts = Prefetch("texts", PaymentMethodText.objects.filter(view=view))
    methods = list(rows.prefetch_related(texts))
    if code in ("", CARD) and CARD not in (one.code for one in methods):
        yield _shown(PaymentMethod(code=CARD, name="Card"))
    for one in methods:
        served = one.code != CARD or usable(one.provider or chosen())
        if served and one.suits(country=country, amount=amount):
            yield _shown(one, *one.texts.all())


def _shown(method: PaymentMethod, text: PaymentMethodText | None = None) -> Offered:
    words = {"name": (text or method).name, "instructions": (text or method).instructions}
    if method.code == CARD:
        provider = method.provider or chosen()
        return Offered(code=CARD, kind=CARD, provider=provider, public_key=provider_of(provider).public_key, **words)
    return Offered(code=method.code, kind=MANUAL, goods_first=method.goods_first, **words)
