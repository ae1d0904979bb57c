"""A shop for commerce alone: catalog and logistics answer from memory, by the Protocols of contracts."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from chassis import clients, clock
from chassis.ids import new_id
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.models import Cart, ChannelCopy, ViewCopy
from contracts.catalog import (
    NOBODY,
    Adjustment,
    Buyer,
    Pricing,
    Quote,
    QuotedCoupon,
    QuotedDelivery,
    QuoteDelivery,
    QuotedLine,
    QuotedPromotion,
    QuoteRequestLine,
)
from contracts.logistics import Availability, ParcelLine, ShippingOption, ShippingRates, SkuAvailability
from contracts.postpurchase import GIFT_CARD, TenderAsked, TenderFound, Tenders
from contracts.shared import Component

PRICES = {
    "MUG": Decimal("10.00"),
    "TENT": Decimal("199.90"),
    "FREE": Decimal("0"),
    "LESSON": Decimal("30.00"),
    "SET": Decimal("25.00"),
    "GIFT": Decimal("50.00"),
}
# One set is a tent and two mugs; of its option "size" only these are known.
PARTS = {"SET": {"TENT": 1, "MUG": 2}}
SIZES = {"small", "large"}
COUPONS = {"TEN": 10, "ALL": 100}
PROMOTION = uuid5(NAMESPACE_URL, "promotion")
SERVICES = {"LESSON", "GIFT"}


class Prices:
    """Prices by SKU, found in any spelling and answered in capitals; changing `PRICES` changes the next quote."""

    def quote(
        self,
        *,
        channel: str,
        view: str,
        country: str,
        customer_group: str,
        lines: tuple[QuoteRequestLine, ...],
        shipping: Decimal,
        region: str = "",
        postcode: str = "",
        vat_number: str = "",
        buyer: Buyer = NOBODY,
        deliveries: tuple[QuoteDelivery, ...] = (),
    ) -> Quote:
        applied = [code for code in buyer.codes if code.upper() in COUPONS]
        quoted = []
        for line in lines:
            sku = line.sku.upper() if line.sku.upper() in PRICES else line.sku
            price = PRICES.get(sku)
            full = ((price or Decimal(0)) * line.quantity).quantize(Decimal("0.01"))
            off = (full * sum(COUPONS[code.upper()] for code in applied) / 100).quantize(Decimal("0.01"))
            quoted.append(
                QuotedLine(
                    key=line.key,
                    sku=sku,
                    product=uuid5(NAMESPACE_URL, sku),
                    name=sku.title(),
                    options="",
                    image="",
                    requires_shipping=sku not in SERVICES,
                    quantity=line.quantity,
                    unit_price=price or Decimal(0),
                    regular_unit_price=price or Decimal(0),
                    total=full - off,
                    discount=off,
                    adjustments=(Adjustment(promotion=PROMOTION, label="Off", amount=off, code=applied[0]),)
                    if applied
                    else (),
                    tax=Decimal(0),
                    tax_rate=Decimal(0),
                    explanation=("price list",),
                    problem=_problem(line) if price is not None else "unknown_sku",
                    problem_option="size" if _problem(line) else "",
                    delivery=line.delivery,
                    kind={"SET": "bundle", "GIFT": "gift_card"}.get(sku, "simple"),
                    components=tuple(
                        Component(
                            sku=part, product=uuid5(NAMESPACE_URL, part), name=part.title(), quantity=Decimal(many)
                        )
                        for part, many in PARTS.get(sku, {}).items()
                    ),
                )
            )
        subtotal = sum((line.total for line in quoted), Decimal(0))
        places = [("", shipping), *((one.key, one.shipping) for one in deliveries)]
        shipping = sum((cost for _, cost in places), Decimal(0))
        return Quote(
            id=new_id(),
            channel=channel,
            currency="EUR",
            lines=tuple(quoted),
            subtotal=subtotal,
            shipping=shipping,
            tax=Decimal(0),
            total=subtotal + shipping,
            expires_at=clock.now() + timedelta(minutes=5),
            deliveries=tuple(
                QuotedDelivery(key=key, shipping=cost, tax=Decimal(0)) for key, cost in places if deliveries
            ),
            tax_exempt=bool(vat_number),
            tax_note=f"{customer_group} {country} {region} {postcode}" if vat_number else "",
            coupons=tuple(
                QuotedCoupon(code=code, applied=code in applied, problem="" if code in applied else "unknown_coupon")
                for code in buyer.codes
            ),
            promotions=tuple(
                QuotedPromotion(
                    promotion=PROMOTION,
                    label="Off",
                    code=code,
                    amount=sum((line.discount for line in quoted), Decimal(0)),
                    redeemed=True,
                )
                for code in applied[:1]
            ),
        )


def _problem(line: QuoteRequestLine) -> str:
    sizes = [choice.value for choice in line.choices if choice.option == "size"]
    return "" if set(sizes) <= SIZES else "choice_unknown"


class Rates:
    """One way of delivery."""

    def options(
        self,
        *,
        channel: str,
        country: str,
        goods_total: Decimal,
        postcode: str = "",
        lines: tuple[ParcelLine, ...] = (),
    ) -> tuple[ShippingOption, ...]:
        return (ShippingOption(code="parcel", name="Parcel", price=Decimal("4.90"), currency="EUR"),)


class Shelves:
    """What can be had of everything: `left`, or no answer while `silent` is set. Counts how often it is asked."""

    def __init__(self) -> None:
        self.left: Decimal | None = Decimal(100)
        self.silent: threading.Event | None = None
        self.asked: list[tuple[str, ...]] = []

    def of(self, *, channel: str, skus: tuple[str, ...]) -> tuple[SkuAvailability, ...]:
        self.asked.append(skus)
        if self.silent is not None:
            self.silent.wait(20)
        return tuple(SkuAvailability(sku=sku, available=self.left, in_stock=self.left != 0) for sku in skus)


class Purse:
    """What can be paid with beside the card: by code or tender, an amount or a problem; no answer while `silent`."""

    def __init__(self) -> None:
        self.held: dict[str, Decimal | str] = {}
        self.silent = False

    def look(
        self, *, channel: str, currency: str, customer: UUID | None, tenders: tuple[TenderAsked, ...]
    ) -> tuple[TenderFound, ...]:
        if self.silent:
            raise clients.NotAnswered
        return tuple(self._found(asked) for asked in tenders)

    def _found(self, asked: TenderAsked) -> TenderFound:
        names = {uuid_of(name): name for name in self.held}
        name = names.get(asked.account, "") if asked.account else asked.code or asked.tender
        there = self.held.get(name, "unknown")
        problem = there if isinstance(there, str) else "" if there else "empty"
        return TenderFound(
            tender=asked.tender,
            account=uuid_of(name) if name in self.held else None,
            label=f"•••• {name[-4:]}" if asked.tender == GIFT_CARD else "",
            available=Decimal(0) if isinstance(there, str) else there,
            problem=problem,
        )


@pytest.fixture
def purse(other_domains: None) -> Purse:
    """Post-purchase's accounts, to be filled by a test."""
    purse = Purse()
    clients.bind(Tenders, purse)
    return purse


@pytest.fixture
def shelves(other_domains: None) -> Iterator[Shelves]:
    """Logistics' stock, to be changed by a test."""
    shelves = Shelves()
    clients.bind(Availability, shelves)
    yield shelves
    if shelves.silent is not None:
        shelves.silent.set()


@pytest.fixture(autouse=True)
def other_domains() -> Iterator[None]:
    before = dict(clients._bindings)
    clients.bind(Pricing, Prices())
    clients.bind(ShippingRates, Rates())
    clients.bind(Availability, Shelves())
    clients.bind(Tenders, Purse())
    yield
    clients._bindings.clear()
    clients._bindings.update(before)


@pytest.fixture
def shop() -> str:
    """A channel with one view; returns the view's code."""
    ChannelCopy.objects.get_or_create(
        code="home", defaults={"currency": "EUR", "countries": ["DE", "AT"], "version": 1}
    )
    ViewCopy.objects.get_or_create(code="en", defaults={"channel": "home", "locale": "en", "version": 1})
    return "en"


ADDRESS = {
    "name": "Ada Example",
    "street": "Lindenweg 1",
    "city": "Kassel",
    "postcode": "34117",
    "country": "DE",
    "region": "",
    "company": "",
    "phone": "",
}


def a_ready_cart(*, view: str = "en", lines: dict[str, int] | None = None) -> tuple[Cart, Shopper]:
    """A guest's cart that only needs to be placed."""
    cart, secret = commands.open_cart(view=view, shopper=Shopper())
    shopper = Shopper(secret=secret)
    for sku, quantity in (lines or {"MUG": 2}).items():
        commands.add_line(view=view, cart_id=cart.id, shopper=shopper, sku=sku, quantity=Decimal(quantity))
    cart = commands.set_delivery(
        view=view,
        cart_id=cart.id,
        shopper=shopper,
        email="ada@example.org",
        address=ADDRESS,
        shipping_method="parcel",
    )
    return cart, shopper


def uuid_of(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The provider's books (`commerce.tests.books.Books`), in the place of its API."""
    from commerce.payment.providers.registry import PROVIDERS
    from commerce.tests.books import Books

    books = Books()
    monkeypatch.setitem(PROVIDERS, "sandbox", books)
    return books
