"""The documents of products: everything a view says of them, made from the edited tables at once.

Pure on purpose: `rebuilding` reads the sources in a fixed number of statements and hands them over here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from catalog.catalog.composition import shown
from catalog.catalog.composition.shown import Composition
from catalog.catalog.downloads.models import DownloadFile
from catalog.catalog.media.sizes import srcset
from catalog.catalog.sort_keys import sort_keys
from catalog.catalog.sorting import fold, sort_key
from catalog.product import scopes
from catalog.product.models import Attribute, AttributeOption, Category, Media, Product, ProductDocument, View
from chassis import clock

_encoder = msgspec.json.Encoder(order="deterministic")
TEXTS = ("name", "short_description", "description", "meta_title", "meta_description")


@dataclass(kw_only=True)
class Sources:
    """What documents are made of: read once for a batch of products and all views."""

    views: Sequence[View]
    attributes: Mapping[str, Attribute]
    options: Mapping[tuple[str, str], AttributeOption]
    categories: Mapping[UUID, Category]
    products: Sequence[Product]
    variants: Mapping[UUID, Sequence[Product]]
    media: Mapping[UUID, Sequence[Media]]
    places: Mapping[UUID, Sequence[tuple[UUID, int]]]
    slugs: Mapping[tuple[str, UUID], str]
    composition: Composition
    samples: Mapping[UUID, Sequence[DownloadFile]]
    ratings: Mapping[UUID, Mapping[str, str | int]]
    ancestors: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)

    def line_of(self, category: UUID) -> tuple[UUID, ...]:
        """A category and all above it, from itself to the root."""
        if category not in self.ancestors:
            row = self.categories.get(category)
            above = self.line_of(row.parent_id) if row and row.parent_id else ()
            self.ancestors[category] = (category, *above)
        return self.ancestors[category]


def document(product: Product, view: View, sources: Sources) -> ProductDocument | None:
    """A product's document in a view, None where the view does not show it."""
    slug = sources.slugs.get((view.code, product.id))
    seen = product.shown.get(view.code, "")
    if view.channel.code not in product.channels or slug is None or seen == Product.NOWHERE:
        return None
    chain = scopes.fallback(view=view.code, channel=view.channel.code)
    texts = scopes.resolve(product.texts, chain)
    values = scopes.resolve(product.values, chain)
    name = texts.get("name", product.sku)
    offered = [v for v in sources.variants.get(product.id, ()) if _offered(v, view)]
    variants = [_variant(variant, product, sources, chain) for variant in offered]
    media = _media(sources.media.get(product.id, ()), chain)
    image = _image(media)
    attributes = _attributes(values, sources, chain)
    categories, all_categories = _categories(product, view, sources, chain)
    facets = _facets(values, variants, product, sources)
    content = {
        "id": product.id,
        "sku": product.sku,
        "type": product.kind,
        "slug": slug,
        **{text: texts.get(text, "") for text in TEXTS},
        "name": name,
        "requires_shipping": product.requires_shipping,
        "attributes": attributes,
        "media": media,
        "categories": categories,
        "axes": _axes(product, variants, sources, chain),
        "variants": variants,
        **_composed(product, view, sources, chain),
        "rating": sources.ratings.get(product.id),
        "canonical": f"{view.base_url}products/{slug}" if view.base_url else "",
    }
    card = {"id": product.id, "sku": product.sku, "type": product.kind, "slug": slug, "name": name, "image": image}
    card["rating"] = sources.ratings.get(product.id)
    skus = [product.sku, *(variant["sku"] for variant in variants)]
    keys = [product.sku_key, *(v.sku_key for v in offered)]
    prose = [texts.get("short_description", ""), texts.get("description", "")]
    labels = [option["label"] for variant in variants for option in variant["options"].values()]
    names = [category["name"] for category in categories]
    body = " ".join([*prose, *_searched(values, sources, chain), *dict.fromkeys(labels), *names])
    return ProductDocument(
        view=view.code,
        product_id=product.id,
        channel=view.channel.code,
        slug=slug,
        sku_keys=keys,
        content=_encoder.encode(content).decode(),
        card=_encoder.encode(card).decode(),
        name=name,
        sort_key=sort_key(name, locale=view.locale),
        sort_keys=sort_keys(values, sources.attributes, sources.options, locale=view.locale),
        words="" if seen == Product.CATALOG else fold(" ".join([name, *skus, body]))[:100_000],
        facets=facets,
        source={
            "body": body,
            "skus": keys,
            "lines": _lines(product, variants, keys, image),
            "searched": seen != Product.CATALOG,
        },
        categories=[] if seen == Product.SEARCH else all_categories,
        always_available=product.kind in Product.INTANGIBLE,
        version=product.version,
        changed_at=clock.now(),
    )


def _composed(product: Product, view: View, sources: Sources, chain: Sequence[str]) -> dict[str, Any]:
    """What is chosen, bought together or downloaded; a storefront finds the fields in every document."""
    channel = view.channel
    return {
        "options": shown.options(
            product, sources.composition, channel=channel.code, currency=channel.currency, chain=chain
        ),
        "members": shown.members(product, sources.composition, sources.slugs, view=view.code, channel=channel.code),
        "samples": [
            {"file": row.id, "label": scopes.label(row.labels, chain, default=row.code)}
            for row in sources.samples.get(product.id, ())
        ],
    }


def _offered(variant: Product, view: View) -> bool:
    return view.channel.code in variant.channels and variant.shown.get(view.code) != Product.NOWHERE


def _variant(variant: Product, parent: Product, sources: Sources, chain: Sequence[str]) -> dict[str, Any]:
    values = scopes.resolve(variant.values, chain)
    options: dict[str, dict[str, str]] = {}
    for axis in parent.axes:
        code = values.get(axis, "")
        option = sources.options.get((axis, code))
        options[axis] = {"code": code, "label": scopes.label(option.labels, chain, default=code) if option else code}
    return {
        "id": variant.id,
        "sku": variant.sku,
        "name": scopes.resolve(variant.texts, chain).get("name", ""),
        "options": options,
        "media": _media(sources.media.get(variant.id, ()), chain),
    }


def _media(rows: Sequence[Media], chain: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "url": settings.MEDIA_URL + row.path.lstrip("/"),
            "kind": row.kind,
            "roles": row.roles,
            "alt": scopes.label(row.alt, chain),
            "srcset": srcset(row.path, kind=row.kind),
        }
        for row in rows
        if not row.hidden
    ]


def _image(media: Sequence[Mapping[str, Any]]) -> str:
    """The picture of a listing: by role, else the first."""
    for role in ("small", "thumbnail", "base"):
        for row in media:
            if role in row["roles"]:
                return str(row["url"])
    return str(media[0]["url"]) if media else ""


def _attributes(values: Mapping[str, Any], sources: Sources, chain: Sequence[str]) -> list[dict[str, Any]]:
    known = [sources.attributes[code] for code in values if code in sources.attributes]
    return [
        {
            "code": attribute.code,
            "label": scopes.label(attribute.labels, chain, default=attribute.code),
            "value": values[attribute.code],
            "text": _text(attribute, values[attribute.code], sources, chain),
            "unit": attribute.unit,
        }
        for attribute in sorted(known, key=lambda a: (a.position, a.code))
        if attribute.visible
    ]


def _text(attribute: Attribute, value: Any, sources: Sources, chain: Sequence[str]) -> str:
    """How a value reads: labels of options, the value itself otherwise."""
    if attribute.kind in ("select", "multi_select"):
        codes = value if isinstance(value, list) else [value]
        found = [(code, sources.options.get((attribute.code, code))) for code in codes]
        return ", ".join(scopes.label(o.labels, chain, default=c) if o else c for c, o in found)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _searched(values: Mapping[str, Any], sources: Sources, chain: Sequence[str]) -> list[str]:
    found = [(sources.attributes[code], value) for code, value in values.items() if code in sources.attributes]
    return [_text(attribute, value, sources, chain) for attribute, value in found if attribute.searchable]


def _facets(
    values: Mapping[str, Any], variants: Sequence[Mapping[str, Any]], product: Product, sources: Sources
) -> dict[str, list[str]]:
    """Codes by which a listing filters; a configurable product has those of all its variants."""
    found: dict[str, list[str]] = {}
    for code, value in values.items():
        attribute = sources.attributes.get(code)
        if attribute is None or not attribute.filterable:
            continue
        if attribute.kind in ("select", "multi_select"):
            found[code] = list(value) if isinstance(value, list) else [value]
        elif attribute.kind == "boolean":
            found[code] = ["true" if value else "false"]
        else:
            found[code] = [str(value)]
    for axis in product.axes:
        attribute = sources.attributes.get(axis)
        if attribute and attribute.filterable:
            codes = [variant["options"][axis]["code"] for variant in variants]
            found[axis] = sorted({code for code in codes if code})
    return found


def _categories(
    product: Product, view: View, sources: Sources, chain: Sequence[str]
) -> tuple[list[dict[str, Any]], list[UUID]]:
    """The view's active categories of a product to show, and all to find it under."""
    shown, under = [], dict[UUID, None]()
    for category, _ in sources.places.get(product.id, ()):
        line = sources.line_of(category)
        if view.root_id and view.root_id not in line:
            continue
        if not all(_active(sources.categories[above], view) for above in line):
            continue
        under.update(dict.fromkeys(line))
        row = sources.categories[category]
        if category != view.root_id:
            shown.append(
                {
                    "id": category,
                    "slug": sources.slugs.get((view.code, category), ""),
                    "name": scopes.resolve(row.texts, chain).get("name", row.code),
                }
            )
    return shown, list(under)


def _active(category: Category, view: View) -> bool:
    return category.active and view.code not in category.inactive_in


def _axes(
    product: Product, variants: Sequence[Mapping[str, Any]], sources: Sources, chain: Sequence[str]
) -> list[dict[str, Any]]:
    axes = []
    for axis in product.axes:
        attribute = sources.attributes.get(axis)
        used = {variant["options"][axis]["code"] for variant in variants}
        options = [o for (code, _), o in sources.options.items() if code == axis and o.code in used]
        axes.append(
            {
                "code": axis,
                "label": scopes.label(attribute.labels, chain, default=axis) if attribute else axis,
                "options": [
                    {"code": o.code, "label": scopes.label(o.labels, chain, default=o.code), "swatch": o.swatch}
                    for o in sorted(options, key=lambda o: (o.position, o.code))
                ],
            }
        )
    return axes


def _lines(
    product: Product, variants: Sequence[Mapping[str, Any]], keys: Sequence[str], image: str
) -> dict[str, dict[str, str]]:
    """What a cart line shows of each SKU."""
    found = {keys[0]: {"options": "", "image": image}}
    for key, variant in zip(keys[1:], variants, strict=True):
        options = ", ".join(option["label"] for option in variant["options"].values())
        found[key] = {"options": options, "image": _image(variant["media"]) or image}
    return found
