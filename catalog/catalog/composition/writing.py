"""Writing options, members and links of products, inside the unit of work that saves them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q

from catalog.catalog.composition.inputs import GiftCardInput, LinksInput, MemberInput, ProductOptionInput
from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.sorting import sku_key
from catalog.product.composition import OptionChoice, ProductLink, ProductOption
from catalog.product.copying import copy_in
from catalog.product.models import Product

# What can be taken off a shelf, or needs none: a component is bought as it is.
COMPONENTS = (Product.SIMPLE, Product.VIRTUAL, Product.VARIANT, Product.DOWNLOADABLE)


class Composing(Protocol):
    """A command that says what hangs on a product."""

    @property
    def options(self) -> tuple[ProductOptionInput, ...] | None: ...
    @property
    def members(self) -> tuple[MemberInput, ...] | None: ...
    @property
    def links(self) -> LinksInput | None: ...


def write_composition(saved: Sequence[tuple[Composing, Product]]) -> None:
    """Replace what the commands name of options, members and links; UnknownReference for a SKU that is not there."""
    asked = {product.id: command.options for command, product in saved if command.options is not None}
    members = {product.id: command.members for command, product in saved if command.members is not None}
    links = {product.id: command.links for command, product in saved if command.links is not None}
    if not asked and not members and not links:
        return
    named = [choice.component for options in asked.values() for option in options for choice in option.choices]
    named += [member.sku for several in members.values() for member in several]
    named += [sku for one in links.values() for sku in (*one.related, *one.up_sell, *one.cross_sell)]
    known = _by_sku([sku for sku in named if sku])
    _write_options(asked, known)
    rows: list[ProductLink] = []
    for product, several in members.items():
        rows += _links(product, ProductLink.MEMBER, [(_part(m.sku, known, "/members"), m.quantity) for m in several])
    for product, one in links.items():
        for kind in ProductLink.SHOWN:
            shown = [(_shown(sku, known), Decimal(1)) for sku in getattr(one, kind)]
            rows += _links(product, kind, shown)
    gone = Q(product__in=list(members), kind=ProductLink.MEMBER) | Q(
        product__in=list(links), kind__in=ProductLink.SHOWN
    )
    ProductLink.objects.filter(gone).delete()
    copy_in(ProductLink, rows)


def gift_details(card: GiftCardInput) -> dict[str, Any]:
    """A gift card's amounts as they are stored."""
    return {
        "amounts": {channel: [str(amount) for amount in sorted(several)] for channel, several in card.amounts.items()},
        "least": {channel: str(amount) for channel, amount in card.least.items()},
        "most": {channel: str(amount) for channel, amount in card.most.items()},
    }


def _write_options(asked: Mapping[UUID, Sequence[ProductOptionInput]], known: Mapping[str, Product]) -> None:
    ProductOption.objects.filter(product__in=list(asked)).delete()
    options, choices = [], []
    for product, several in asked.items():
        for position, option in enumerate(several):
            row = ProductOption(
                product_id=product,
                code=option.code,
                kind=option.kind,
                labels=dict(option.labels),
                required=option.required,
                max_length=option.max_length,
                position=position,
                percent=option.percent,
                prices=_stored(option.prices),
            )
            options.append(row)
            choices += [_choice(row, place, choice, known) for place, choice in enumerate(option.choices)]
    copy_in(ProductOption, options)
    copy_in(OptionChoice, choices)


def _choice(option: ProductOption, position: int, choice: Any, known: Mapping[str, Product]) -> OptionChoice:
    component = _part(choice.component, known, "/options") if choice.component else None
    return OptionChoice(
        option_id=option.id,
        code=choice.code,
        labels=dict(choice.labels),
        component_id=component.id if component else None,
        quantity=choice.quantity,
        quantity_changes=choice.quantity_changes,
        is_default=choice.is_default,
        position=position,
        percent=choice.percent,
        prices=_stored(choice.prices),
    )


def _links(product: UUID, kind: str, targets: Iterable[tuple[Product, Decimal]]) -> list[ProductLink]:
    found: dict[UUID, ProductLink] = {}
    for target, quantity in targets:
        if target.id == product:
            raise InvalidProduct("A product cannot lead to itself.", field=f"/{kind}")
        found.setdefault(
            target.id,
            ProductLink(product_id=product, target_id=target.id, kind=kind, quantity=quantity, position=len(found)),
        )
    return list(found.values())


def _by_sku(skus: Collection[str]) -> dict[str, Product]:
    keys = {sku_key(sku) for sku in skus}
    return {row.sku_key: row for row in Product.objects.filter(sku_key__in=keys).only("id", "sku_key", "kind")}


def _part(sku: str, known: Mapping[str, Product], where: str) -> Product:
    found = known.get(sku_key(sku))
    if found is None:
        raise UnknownReference(f"There is no product {sku}.", field=where)
    if found.kind not in COMPONENTS:
        raise InvalidProduct(f"{sku} is {found.kind}: it cannot be part of another product.", field=where)
    return found


def _shown(sku: str, known: Mapping[str, Product]) -> Product:
    found = known.get(sku_key(sku))
    if found is None or found.kind == Product.VARIANT:
        raise UnknownReference(f"There is no product page of {sku}.", field="/links")
    return found


def _stored(prices: Mapping[str, Decimal]) -> dict[str, str]:
    return {channel: f"{amount:f}" for channel, amount in prices.items()}
