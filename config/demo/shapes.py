"""The frozen shapes of the demo shop: what `shop.build` gives and a loader reads. They hold no rules.

Ids follow from the seed, so that two loads of one seed make the same records. Money is decimal in the
currency of the channel, tax included. Moments are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Text:
    """One shopper-visible text in both languages."""

    en: str
    de: str

    def at(self, locale: str) -> str:
        """The text for a locale such as `de-CH`; Switzerland writes ss where Germany writes ß."""
        if not locale.startswith("de"):
            return self.en
        return self.de.replace("ß", "ss") if locale == "de-CH" else self.de


@dataclass(frozen=True, kw_only=True)
class Channel:
    id: UUID
    code: str
    name: str
    currency: str
    time_zone: str
    countries: tuple[str, ...]
    prices_include_tax: bool
    tax_rates: Mapping[str, Decimal]
    """Percent by tax class (`standard`, `reduced`)."""


@dataclass(frozen=True, kw_only=True)
class View:
    id: UUID
    code: str
    name: str
    channel: str
    locale: str
    root_category: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """A warehouse. `channels` gives the priority with which it serves each channel; 1 comes first."""

    id: UUID
    code: str
    name: str
    country: str
    city: str
    postcode: str
    street: str
    latitude: Decimal
    longitude: Decimal
    channels: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Category:
    """`level` 0 is a channel's root, which shoppers never see; 1 department, 2 section, 3 shelf."""

    id: UUID
    code: str
    channel: str
    parent: str | None
    level: int
    position: int
    name: Text
    description: Text
    slugs: Mapping[str, str]
    """By view code."""


@dataclass(frozen=True, kw_only=True)
class Option:
    code: str
    label: Text
    swatch: str = ""
    """`#rrggbb` where the option is a colour."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """`type` is text, select, multi_select, decimal or boolean. An axis tells variants apart."""

    id: UUID
    code: str
    type: str
    label: Text
    unit: str = ""
    options: tuple[Option, ...] = ()
    axis: bool = False
    filterable: bool = False
    searchable: bool = False


@dataclass(frozen=True, kw_only=True)
class ProductType:
    """A set of attributes; `attributes` are codes."""

    id: UUID
    code: str
    name: Text
    attributes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Price:
    """`special` holds from `special_from` until before `special_until`."""

    channel: str
    currency: str
    amount: Decimal
    special: Decimal | None = None
    special_from: datetime | None = None
    special_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What `pictures.draw(product, colour)` draws; `colour` is an option code, or empty for no choice."""

    colour: str
    file_name: str
    alt: Text


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A sellable child: `choices` gives one option code for each axis of its parent."""

    id: UUID
    sku: str
    name: Text
    choices: Mapping[str, str]
    prices: tuple[Price, ...]


Value = Text | str | bool | Decimal | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Product:
    """`type` is simple, virtual or configurable; `kind` is the row of `words` that it was made from.

    `values` are attribute values: a Text for text, an option code for select, a tuple of codes for
    multi_select. `categories` are codes, in every channel where the product is offered.
    """

    id: UUID
    sku: str
    type: str
    kind: str
    model: str
    product_type: str
    name: Text
    summary: Text
    description: Text
    slugs: Mapping[str, str]
    channels: tuple[str, ...]
    categories: tuple[str, ...]
    tax_class: str
    values: Mapping[str, Value]
    prices: tuple[Price, ...]
    pictures: tuple[Picture, ...]
    axes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    created_at: datetime

    @property
    def sellable(self) -> "tuple[Product | Variant, ...]":
        """What can be put in a cart: the variants, or the product itself."""
        return self.variants or (self,)


@dataclass(frozen=True, kw_only=True)
class StockLevel:
    source: str
    sku: str
    on_hand: Decimal


@dataclass(frozen=True, kw_only=True)
class Address:
    first_name: str
    last_name: str
    street: str
    postcode: str
    city: str
    country: str
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class Customer:
    """`addresses` come with the one for delivery first. The password is `DemoShop.password` for all."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    group: str
    channel: str
    view: str
    addresses: tuple[Address, ...]
    newsletter: bool
    registered_at: datetime


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """`role` is administrator, catalogue_editor or order_desk."""

    id: UUID
    email: str
    name: str
    role: str
    language: str


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    sku: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class OrderIntent:
    """What somebody wants to buy, and what becomes of it.

    `customer` is None for a guest. `cards` are behaviours of the sandbox's test cards in the order in which
    they are tried; the last one decides. `fate` is what staff and shopper do afterwards: open, shipped,
    returned, cancelled; or `abandoned`, when no card worked.
    """

    id: UUID
    placed_at: datetime
    channel: str
    view: str
    customer: UUID | None
    email: str
    delivery: Address
    lines: tuple[OrderLine, ...]
    cards: tuple[str, ...]
    fate: str


@dataclass(frozen=True, kw_only=True)
class DemoShop:
    """The whole shop. Its tuples are in the order in which they can be loaded (see `shop`)."""

    seed: int
    name: str
    password: str = field(repr=False)
    channels: tuple[Channel, ...]
    views: tuple[View, ...]
    sources: tuple[Source, ...]
    attributes: tuple[Attribute, ...]
    product_types: tuple[ProductType, ...]
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    stock: tuple[StockLevel, ...]
    staff: tuple[StaffMember, ...]
    customers: tuple[Customer, ...]
    orders: tuple[OrderIntent, ...]
