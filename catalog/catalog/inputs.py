"""Products as their writers say them: what the commands of saving and publishing take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.catalog.composition.inputs import GiftCardInput, LinksInput, MemberInput, ProductOptionInput
from catalog.catalog.downloads.inputs import FileInput
from catalog.pricing.commands import PriceInput
from catalog.product.models import Product


@dataclass(frozen=True, kw_only=True)
class MediaInput:
    """A picture; `path` relative to the storage, `alt` by scope."""

    path: str
    roles: tuple[str, ...] = ()
    alt: Mapping[str, str] = field(default_factory=dict)
    kind: str = "image"
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class PlaceInput:
    """A place in a category, by its code."""

    category: str
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class VariantInput:
    """A variant: its `values` hold an option code for each of its product's axes.

    channels: where it is sold, all of its product's if None. shown: `nowhere` for views that do not offer it.
    """

    sku: str
    values: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    prices: tuple[PriceInput, ...] = ()
    media: tuple[MediaInput, ...] = ()
    weight: Decimal | None = None
    requires_shipping: bool = True
    tax_class: str = ""
    channels: tuple[str, ...] | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SaveProduct:
    """A product as it shall be. `texts` and `values` are by scope: "", "channel:<code>", "view:<code>".

    kind: simple, virtual, configurable, bundle, grouped, downloadable or gift_card. channels: where it is published;
    empty is a draft. shown: by view, see the model. slugs: by view, else made of the name; with `similar_slugs`
    another will do for one that is taken.
    options: what is asked of who buys it; of a bundle its parts, which set its price if it is `dynamic_price`.
    None for prices, media, places, variants, options, members, links or files leaves them alone.
    expected_version: StaleVersion unless the product has it (new ones have none).
    """

    sku: str
    texts: Mapping[str, Mapping[str, str]]
    kind: str = Product.SIMPLE
    product_type: str | None = None
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)
    similar_slugs: bool = False
    axes: tuple[str, ...] = ()
    variants: tuple[VariantInput, ...] | None = None
    prices: tuple[PriceInput, ...] | None = None
    media: tuple[MediaInput, ...] | None = None
    places: tuple[PlaceInput, ...] | None = None
    options: tuple[ProductOptionInput, ...] | None = None
    dynamic_price: bool = False
    members: tuple[MemberInput, ...] | None = None
    gift_card: GiftCardInput | None = None
    files: tuple[FileInput, ...] | None = None
    links: LinksInput | None = None
    tax_class: str = "standard"
    weight: Decimal | None = None
    created_at: datetime | None = None
    expected_version: int | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PublishProduct:
    """The channels in which a product shall be published; none takes it off sale."""

    sku: str
    channels: tuple[str, ...]
    expected_version: int | None = None
