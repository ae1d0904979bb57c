"""Builds what stands before the first product: channels, views, sources, staff, attributes, categories."""

from collections.abc import Iterator
from decimal import Decimal

from config.demo.seeded import Seed
from config.demo.shapes import (
    Attribute,
    Category,
    Channel,
    ProductType,
    Source,
    StaffMember,
    Text,
    View,
)
from config.demo.slugs import slug
from config.demo.words import attributes, places
from config.demo.words.kinds import KINDS


def channels(seed: Seed) -> tuple[Channel, ...]:
    """Both channels; their prices include tax."""
    return tuple(
        Channel(
            id=seed.id("channel", code),
            code=code,
            name=name,
            currency=currency,
            time_zone=zone,
            countries=countries,
            prices_include_tax=True,
            tax_rates=dict(zip(("standard", "reduced"), rates, strict=True)),
        )
        for code, name, currency, zone, countries, rates in places.CHANNELS
    )


def views(seed: Seed) -> tuple[View, ...]:
    """Three views; those of one channel share its category tree."""
    return tuple(
        View(
            id=seed.id("view", code),
            code=code,
            name=name,
            channel=channel,
            locale=locale,
            root_category=f"{channel}-root",
        )
        for code, name, channel, locale in places.VIEWS
    )


def sources(seed: Seed) -> tuple[Source, ...]:
    """Three warehouses, each with its priority in the channels that it serves."""
    return tuple(
        Source(
            id=seed.id("source", code),
            code=code,
            name=name,
            country=country,
            city=city,
            postcode=postcode,
            street=street,
            latitude=Decimal(where[0]),
            longitude=Decimal(where[1]),
            channels=dict(serves),
        )
        for code, name, country, city, postcode, street, where, serves in places.SOURCES
    )


def staff(seed: Seed) -> tuple[StaffMember, ...]:
    """People of four roles; the first is the administrator."""
    return tuple(
        StaffMember(id=seed.id("staff", box), email=f"{box}@{places.DOMAIN}", name=name, role=role, language=language)
        for box, name, role, language in places.STAFF
    )


def attribute_set(seed: Seed) -> tuple[tuple[Attribute, ...], tuple[ProductType, ...]]:
    """All attributes with their options, and the product types that bundle them."""
    rows = tuple(
        Attribute(
            id=seed.id("attribute", code),
            code=code,
            type=type_,
            label=label,
            unit=unit,
            options=options,
            axis=axis,
            filterable=filterable,
            searchable=searchable,
        )
        for code, type_, label, unit, options, axis, filterable, searchable in attributes.ATTRIBUTES
    )
    types = tuple(
        ProductType(id=seed.id("product_type", code), code=code, name=name, attributes=codes)
        for code, name, codes in attributes.PRODUCT_TYPES
    )
    return rows, types


def categories(seed: Seed) -> tuple[Category, ...]:
    """A tree per channel, parents before children: root, department, section, shelf (one per kind)."""
    return tuple(row for channel in places.CHANNELS for row in _tree(seed, channel[0]))


def _tree(seed: Seed, channel: str) -> Iterator[Category]:
    def row(code: str, parent: str | None, level: int, position: int, name: Text, about: Text) -> Category:
        return Category(
            id=seed.id("category", f"{channel}:{code}"),
            code=f"{channel}-{code}",
            channel=channel,
            parent=parent and f"{channel}-{parent}",
            level=level,
            position=position,
            name=name,
            description=about,
            slugs={view: slug(name.at(locale)) for view, _, owner, locale in places.VIEWS if owner == channel},
        )

    yield row("root", None, 0, 0, Text("Everything", "Alles"), Text("The whole range.", "Das ganze Sortiment."))
    for place, (code, name, about) in enumerate(places.DEPARTMENTS, 1):
        yield row(code, "root", 1, place, name, about)
    for place, (code, department, name, about) in enumerate(places.SECTIONS, 1):
        yield row(code, department, 2, place, name, about)
    for place, kind in enumerate(KINDS, 1):
        yield row(
            kind.code,
            kind.section,
            3,
            place,
            kind.plural,
            Text(f"All our {kind.plural.en.lower()}.", f"Alle unsere {kind.plural.de}."),
        )
