"""What can be said against a product's composition before anything is written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from catalog.catalog.composition.inputs import (
    ChoiceInput,
    ComposeProduct,
    GiftCardInput,
    LinksInput,
    MemberInput,
    ProductOptionInput,
)
from catalog.catalog.errors import InvalidProduct
from catalog.product.composition import ProductOption
from catalog.product.models import Product

if TYPE_CHECKING:
    from catalog.catalog.inputs import SaveProduct

MOST_OPTIONS, MOST_CHOICES, MOST_MEMBERS, MOST_LINKS = 50, 200, 100, 50
MOST_LENGTH = 10_000
LIMIT = Decimal(10) ** 14
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PICKED = (ProductOption.SELECT, ProductOption.MULTI_SELECT)


@dataclass(frozen=True, kw_only=True)
class Hanging:
    """What hangs on a product, with what of the product decides whether it may."""

    kind: str
    dynamic_price: bool
    options: tuple[ProductOptionInput, ...] | None
    members: tuple[MemberInput, ...] | None
    links: LinksInput | None

    @classmethod
    def on(cls, product: Product, command: ComposeProduct) -> "Hanging":
        """On a product as it is stored."""
        return cls(
            kind=product.kind,
            dynamic_price=bool(product.details.get("dynamic_price")),
            options=command.options,
            members=command.members,
            links=command.links,
        )


def check_composition(command: "SaveProduct", channels: Iterable[str]) -> None:
    """Raises InvalidProduct for options, members, files or amounts that do not fit the product or each other."""
    for kind, given, name in (
        (Product.DOWNLOADABLE, command.files, "files"),
        (Product.GIFT_CARD, command.gift_card, "gift_card"),
    ):
        _only(kind, given, command.kind, name)
    known = set(channels)
    parts = [choice.component for option in command.options or () for choice in option.choices if choice.component]
    if command.kind == Product.BUNDLE and command.options is not None and not parts:
        raise InvalidProduct("A bundle needs an option with components.", field="/options")
    if command.kind == Product.BUNDLE and command.dynamic_price and command.prices:
        raise InvalidProduct("A bundle of dynamic price has no price of its own.", field="/prices")
    if command.dynamic_price and command.kind != Product.BUNDLE:
        raise InvalidProduct("Only a bundle has a dynamic price.", field="/dynamic_price")
    check_hanging(
        Hanging(
            kind=command.kind,
            dynamic_price=command.dynamic_price,
            options=command.options,
            members=command.members,
            links=command.links,
        ),
        known,
    )
    if command.gift_card:
        _check_amounts(command.gift_card, known)


def check_hanging(hanging: Hanging, channels: set[str]) -> None:
    """Raises InvalidProduct for options, members or links that do not fit the product or each other."""
    members, links, options = hanging.members, hanging.links, hanging.options or ()
    _only(Product.GROUPED, members, hanging.kind, "members")
    if members and len(members) > MOST_MEMBERS:
        raise InvalidProduct(f"A grouped product has at most {MOST_MEMBERS} members.", field="/members")
    if links and max(map(len, (links.related, links.up_sell, links.cross_sell))) > MOST_LINKS:
        raise InvalidProduct(f"A product leads to at most {MOST_LINKS} others of each kind.", field="/links")
    if options and hanging.kind in (Product.GROUPED, Product.GIFT_CARD):
        raise InvalidProduct(f"A {hanging.kind} product has no options.", field="/options")
    if len(options) > MOST_OPTIONS:
        raise InvalidProduct(f"A product has at most {MOST_OPTIONS} options.", field="/options")
    _once((option.code for option in options), "/options")
    for index, option in enumerate(options):
        where = f"/options/{index}"
        _check_option(option, where, channels)
        for number, choice in enumerate(option.choices):
            _check_choice(choice, hanging, f"{where}/choices/{number}", channels)


def _only(kind: str, given: object, actual: str, name: str) -> None:
    if given and actual != kind:
        raise InvalidProduct(f"Only a {kind} product has {name}.", field=f"/{name}")


def _check_option(option: ProductOptionInput, where: str, channels: set[str]) -> None:
    if option.kind not in dict(ProductOption.KINDS):
        raise InvalidProduct("An option is a select, multi_select, text or date.", field=f"{where}/kind")
    if (option.kind in _PICKED) != bool(option.choices):
        raise InvalidProduct(f"{option.code}: a select needs choices, nothing else has them.", field=where)
    if len(option.choices) > MOST_CHOICES:
        raise InvalidProduct(f"An option has at most {MOST_CHOICES} choices.", field=where)
    if not 1 <= option.max_length <= MOST_LENGTH:
        raise InvalidProduct(f"max_length must be from 1 to {MOST_LENGTH}.", field=f"{where}/max_length")
    _once((choice.code for choice in option.choices), where)
    _surcharge(option.prices, option.percent, where, channels)


def _check_choice(choice: ChoiceInput, hanging: Hanging, where: str, channels: set[str]) -> None:
    if bool(choice.component) and hanging.kind != Product.BUNDLE:
        raise InvalidProduct("Only a bundle has components.", field=where)
    if hanging.dynamic_price and (not choice.component or choice.prices or choice.percent is not None):
        raise InvalidProduct("In a bundle of dynamic price each choice is a component at its own price.", field=where)
    if not Decimal(0) < choice.quantity <= 9999:
        raise InvalidProduct("A quantity is above 0 and at most 9999.", field=f"{where}/quantity")
    _surcharge(choice.prices, choice.percent, where, channels)


def _surcharge(prices: Mapping[str, Decimal], percent: Decimal | None, where: str, channels: set[str]) -> None:
    if prices and percent is not None:
        raise InvalidProduct("A surcharge is an amount or a percentage, not both.", field=where)
    if percent is not None and not (isinstance(percent, Decimal) and 0 <= percent <= 500):
        raise InvalidProduct("A percentage is a decimal from 0 to 500.", field=f"{where}/percent")
    _amounts(prices, where, channels)


def _check_amounts(card: GiftCardInput, channels: set[str]) -> None:
    if not card.amounts and not card.least:
        raise InvalidProduct("A gift card needs amounts or bounds.", field="/gift_card")
    for channel, several in card.amounts.items():
        for amount in several:
            _amounts({channel: amount}, "/gift_card/amounts", channels, least=Decimal("0.01"))
    _amounts(card.least, "/gift_card/least", channels, least=Decimal("0.01"))
    _amounts(card.most, "/gift_card/most", channels)
    if card.least.keys() != card.most.keys() or any(card.least[c] > card.most[c] for c in card.least):
        raise InvalidProduct("least and most name the same channels, least not above most.", field="/gift_card")


def _amounts(prices: Mapping[str, Any], where: str, channels: set[str], least: Decimal = Decimal(0)) -> None:
    for channel, amount in prices.items():
        if channel not in channels:
            raise InvalidProduct(f"There is no channel {channel}.", field=where)
        if not isinstance(amount, Decimal) or not amount.is_finite() or not least <= amount < LIMIT:
            raise InvalidProduct(f"An amount is a decimal from {least} to below 10^14.", field=where)


def _once(codes: Iterable[str], where: str) -> None:
    seen = set()
    for code in codes:
        if not _CODE.fullmatch(code) or code in seen:
            raise InvalidProduct("A code is 1 to 64 letters, digits, - or _, and there once.", field=where)
        seen.add(code)
