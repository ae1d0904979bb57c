"""Options and members as the page of a product shows them in a view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.product import scopes
from catalog.product.composition import OptionChoice, ProductLink, ProductOption
from catalog.product.models import Product
from chassis.money import amount_text

GIFT_TEXTS = (("recipient_name", 100), ("recipient_email", 254), ("sender_name", 100), ("message", 500))
"""What a gift card asks for beside its amount, with the longest answer."""


@dataclass(kw_only=True)
class Composition:
    """Options and members of a batch of products, read once."""

    options: Mapping[UUID, Sequence[ProductOption]] = field(default_factory=dict)
    members: Mapping[UUID, Sequence[ProductLink]] = field(default_factory=dict)

    @classmethod
    def of(cls, products: Sequence[Product]) -> "Composition":
        """Nothing is asked for products that have neither."""
        asking = [row.id for row in products if row.has_choices and row.kind != Product.GIFT_CARD]
        grouped = [row.id for row in products if row.kind == Product.GROUPED]
        options: dict[UUID, list[ProductOption]] = {}
        members: dict[UUID, list[ProductLink]] = {}
        if asking:
            found = ProductOption.objects.filter(product__in=asking).order_by("position")
            for option in found.prefetch_related("choices__component"):
                options.setdefault(option.product_id, []).append(option)
        if grouped:
            links = ProductLink.objects.filter(product__in=grouped, kind=ProductLink.MEMBER).order_by("position")
            for link in links.select_related("target"):
                members.setdefault(link.product_id, []).append(link)
        return cls(options=options, members=members)

    def parts(self) -> set[UUID]:
        """Products that others are made of."""
        choices = [choice for several in self.options.values() for one in several for choice in one.choices.all()]
        found = {choice.component_id for choice in choices if choice.component_id}
        return found | {link.target_id for several in self.members.values() for link in several}


def options(product: Product, composition: Composition, *, channel: str, currency: str, chain: Sequence[str]) -> Any:
    """The questions of a product in a view, with the answers that its channel offers."""
    if product.kind == Product.GIFT_CARD:
        return _gift_options(product, channel, currency)
    return [
        {
            "code": option.code,
            "kind": option.kind,
            "label": scopes.label(option.labels, chain, default=option.code),
            "required": option.required,
            "max_length": option.max_length if option.kind == ProductOption.TEXT else None,
            **_surcharge(option, channel, currency),
            "choices": [
                _choice(choice, channel, currency, chain)
                for choice in sorted(option.choices.all(), key=lambda row: row.position)
                if offered(choice, channel)
            ],
        }
        for option in composition.options.get(product.id, ())
        if not option.prices or channel in option.prices
    ]


def members(product: Product, composition: Composition, slugs: Mapping[Any, str], *, view: str, channel: str) -> Any:
    """The members of a grouped product that the channel sells, each bought as a line of its own."""
    chain = scopes.fallback(view=view, channel=channel)
    return [
        {
            "id": link.target_id,
            "sku": link.target.sku,
            "name": scopes.resolve(link.target.texts, chain).get("name", link.target.sku),
            "slug": slugs.get((view, link.target.parent_id or link.target_id), ""),
            "quantity": f"{link.quantity.normalize():f}",
        }
        for link in composition.members.get(product.id, ())
        if channel in link.target.channels
    ]


def offered(choice: OptionChoice, channel: str) -> bool:
    """Whether a channel offers an answer: one with amounts needs one for it, a component must be sold there."""
    if choice.prices and channel not in choice.prices:
        return False
    return choice.component is None or channel in choice.component.channels


def _choice(choice: OptionChoice, channel: str, currency: str, chain: Sequence[str]) -> dict[str, Any]:
    part = choice.component
    name = scopes.resolve(part.texts, chain).get("name", part.sku) if part else choice.code
    return {
        "code": choice.code,
        "label": scopes.label(choice.labels, chain, default=name),
        "sku": part.sku if part else None,
        "quantity": f"{choice.quantity.normalize():f}" if part else None,
        "quantity_changes": choice.quantity_changes,
        "is_default": choice.is_default,
        **_surcharge(choice, channel, currency),
    }


def _surcharge(row: ProductOption | OptionChoice, channel: str, currency: str) -> dict[str, str | None]:
    amount = row.prices.get(channel)
    return {
        "amount": amount_text(Decimal(amount), currency) if amount else None,
        "percent": f"{row.percent.normalize():f}" if row.percent is not None else None,
    }


def _gift_options(product: Product, channel: str, currency: str) -> list[dict[str, Any]]:
    card = product.details
    amounts = [amount_text(Decimal(text), currency) for text in card.get("amounts", {}).get(channel, ())]
    bounds = {name: card.get(name, {}).get(channel) for name in ("least", "most")}
    plain = {"amount": None, "percent": None, "choices": []}
    choices = [{"code": amount, "label": amount, "is_default": False} for amount in amounts]
    asked = {"code": "amount", "kind": "amount", "label": "amount", "required": True, "max_length": None}
    texts = [
        {"code": code, "kind": "text", "label": code, "required": code == "recipient_email", "max_length": longest}
        for code, longest in GIFT_TEXTS
    ]
    return [{**plain, **asked, **bounds, "choices": choices}, *({**text, **plain} for text in texts)]
