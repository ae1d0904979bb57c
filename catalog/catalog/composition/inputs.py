"""Options, members, links and gift cards as their writers say them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class ChoiceInput:
    """An answer. `component`: the SKU of a bundle's part. `prices` by channel or `percent` is what it adds.

    Of a component it adds that for `quantity` of them, and for another quantity in proportion.
    """

    code: str
    labels: Mapping[str, str] = field(default_factory=dict)
    component: str = ""
    quantity: Decimal = Decimal(1)
    quantity_changes: bool = False
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    percent: Decimal | None = None
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class ProductOptionInput:
    """A question: kind select, multi_select, text or date. `prices` or `percent` is what an answered text adds."""

    code: str
    labels: Mapping[str, str]
    kind: str = "select"
    required: bool = True
    choices: tuple[ChoiceInput, ...] = ()
    max_length: int = 255
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class MemberInput:
    """A member of a grouped product, by SKU, with the quantity that its page suggests."""

    sku: str
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class GiftCardInput:
    """What a gift card can be worth, by channel: amounts to choose from, and bounds for an amount of one's own."""

    amounts: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    least: Mapping[str, Decimal] = field(default_factory=dict)
    most: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LinksInput:
    """Products to show beside another, by SKU, in order."""

    related: tuple[str, ...] = ()
    up_sell: tuple[str, ...] = ()
    cross_sell: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComposeProduct:
    """What hangs on a product that is there already, by SKU; None for options, members or links leaves them alone.

    For whoever writes many products that refer to each other: first all of them, then this.
    """

    sku: str
    options: tuple[ProductOptionInput, ...] | None = None
    members: tuple[MemberInput, ...] | None = None
    links: LinksInput | None = None
