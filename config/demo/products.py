"""Makes products from the kinds in `words`: eight models of each, and the services."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product as combinations
from random import Random

from config.demo.prices import priced
from config.demo.seeded import Seed
from config.demo.shapes import Picture, Price, Product, Text, Value, Variant
from config.demo.slugs import slug
from config.demo.words import attributes, places
from config.demo.words.colours import COLOURS
from config.demo.words.intangible import SERVICES
from config.demo.words.kind import Kind
from config.demo.words.kinds import KINDS, SECTION_DEPARTMENT
from config.demo.words.models import MODELS

PER_KIND = 8
_CHANNELS = tuple(row[0] for row in places.CHANNELS)
_LABELS = {
    code: {option.code: option.label for option in options} for code, _, _, _, options, *_ in attributes.ATTRIBUTES
}
_COLOUR = {option.code: option.label for option in COLOURS}
_SIZES = {"size": attributes.SIZES, "shoe_size": attributes.SHOE_SIZES, "length": attributes.LENGTHS}


def products(seed: Seed, *, today: datetime) -> tuple[Product, ...]:
    """The whole range, kind after kind, services last."""
    goods = (
        _model(seed, kind, model, place, today) for kind in KINDS for place, model in enumerate(_models(seed, kind))
    )
    return (*goods, *_services(seed, today))


def _models(seed: Seed, kind: Kind) -> list[str]:
    return seed.dice("models", kind.code).sample(MODELS[SECTION_DEPARTMENT[kind.section]], PER_KIND)


def _model(seed: Seed, kind: Kind, model: str, place: int, today: datetime) -> Product:
    sku = f"{kind.prefix}-{model.upper()}"
    dice = seed.dice("product", sku)
    name = Text(f"{model} {kind.noun.en}", f"{kind.noun.de} {model}")
    # Models span the range of prices, cheapest first, so that filters by price have something to do.
    low, high = kind.price
    euros = low + round((high - low) * place / (PER_KIND - 1) * dice.uniform(0.85, 1))
    offered = _CHANNELS if dice.random() < 0.85 else _CHANNELS[:1]
    prices = priced(euros, channels=offered, today=today, dice=dice)
    hues = tuple(dice.sample(kind.colours, dice.randint(*kind.hues))) if kind.axes else (dice.choice(kind.colours),)
    values = _values(kind, hues, dice)
    return Product(
        id=seed.id("product", sku),
        sku=sku,
        type="configurable" if kind.axes else "simple",
        kind=kind.code,
        model=model,
        product_type=kind.product_type,
        name=name,
        summary=_filled(kind.lead, model),
        description=_description(kind, model, values, dice),
        slugs=_slugs(name, offered),
        channels=offered,
        categories=tuple(f"{channel}-{kind.code}" for channel in offered),
        tax_class="standard",
        values=values,
        prices=prices,
        axes=kind.axes,
        created_at=today - timedelta(days=dice.randint(40, 700)),
        pictures=tuple(_picture(sku, name, hue) for hue in hues),
        variants=tuple(_variants(seed, kind, sku, name, hues, prices)),
    )


def _values(kind: Kind, hues: tuple[str, ...], dice: Random) -> dict[str, Value]:
    values: dict[str, Value] = {"brand": kind.brand, "material": dice.choice(kind.materials)}
    values["origin"] = dice.choice(attributes.ORIGINS)
    if not kind.axes:
        values["colour"] = hues[0]
    if kind.code == "tent":
        values["berths"] = dice.choice("1234")
    for code, low, high in kind.figures:
        step = 1 if high < 100 else 10
        values[code] = (
            Decimal(dice.randint(low * 2, high * 2)) / 2
            if code == "volume" and high < 10
            else Decimal(round(dice.randint(low, high) / step) * step)
        )
    if kind.care:
        values["care"] = kind.care
    if kind.activities:
        values["activities"] = kind.activities
    return values | dict(kind.flags)


def _variants(
    seed: Seed, kind: Kind, sku: str, name: Text, hues: Iterable[str], prices: tuple[Price, ...]
) -> Iterator[Variant]:
    """Every combination of the axes; long sleeping bags cost a little more."""
    if not kind.axes:
        return
    axes = [hues if axis == "colour" else [option.code for option in _SIZES[axis]] for axis in kind.axes]
    for chosen in combinations(*axes):
        choices = dict(zip(kind.axes, chosen, strict=True))
        code = "-".join((sku, *(part.upper() for part in chosen)))
        yield Variant(
            id=seed.id("product", code),
            sku=code,
            name=_variant_name(name, choices),
            choices=choices,
            prices=tuple(_dearer(price) for price in prices) if choices.get("length") == "long" else prices,
        )


def _variant_name(name: Text, choices: Mapping[str, str]) -> Text:
    labels = [_LABELS[axis][code] for axis, code in choices.items()]
    return Text(
        f"{name.en}, {', '.join(label.en for label in labels)}", f"{name.de}, {', '.join(label.de for label in labels)}"
    )


def _dearer(price: Price) -> Price:
    more = Decimal(15)
    return Price(
        channel=price.channel,
        currency=price.currency,
        amount=price.amount + more,
        special=price.special + more if price.special is not None else None,
        special_from=price.special_from,
        special_until=price.special_until,
    )


def _filled(text: Text, model: str) -> Text:
    return Text(text.en.format(model=model), text.de.format(model=model))


def _description(kind: Kind, model: str, values: Mapping[str, Value], dice: Random) -> Text:
    """The lead, two points, and a line on material and origin."""
    first, second = dice.sample(kind.points, 2)
    lead, origin = _filled(kind.lead, model), values["origin"]
    material = _LABELS["material"][str(values["material"])]
    assert isinstance(origin, Text)
    return Text(
        f"{lead.en} {first.en} {second.en} Main material: {material.en.lower()}. Made in {origin.en}.",
        f"{lead.de} {first.de} {second.de} Hauptmaterial: {material.de}. Hergestellt in {origin.de}.",
    )


def _slugs(name: Text, channels: Iterable[str]) -> dict[str, str]:
    return {view: slug(name.at(locale)) for view, _, channel, locale in places.VIEWS if channel in channels}


def _picture(sku: str, name: Text, hue: str) -> Picture:
    label = _COLOUR[hue]
    return Picture(
        colour=hue,
        file_name=f"{sku.lower()}-{hue}.jpg",
        alt=Text(f"{name.en} in {label.en.lower()}", f"{name.de} in {label.de}"),
    )


def _services(seed: Seed, today: datetime) -> Iterator[Product]:
    for code, section, icon, euros, hours, name, summary, more in SERVICES:
        sku = f"SRV-{code}"
        dice = seed.dice("product", sku)
        values: dict[str, Value] = {"brand": "moor-mantel"}
        if icon != "guide":
            values["duration"] = Decimal(hours)
        yield Product(
            id=seed.id("product", sku),
            sku=sku,
            type="virtual",
            kind=icon,
            model=name.en,
            product_type="service",
            name=name,
            summary=summary,
            description=Text(f"{summary.en} {more.en}", f"{summary.de} {more.de}"),
            slugs=_slugs(name, _CHANNELS),
            channels=_CHANNELS,
            categories=tuple(f"{channel}-{section}" for channel in _CHANNELS),
            tax_class="reduced" if icon == "guide" else "standard",
            values=values,
            prices=priced(euros, channels=_CHANNELS, today=today, dice=dice),
            pictures=(Picture(colour="", file_name=f"{sku.lower()}.jpg", alt=name),),
            created_at=today - timedelta(days=dice.randint(40, 700)),
        )
