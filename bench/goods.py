"""The catalogue that is measured, made of numbers: the same number is always the same product."""

import random
from collections.abc import Iterator
from decimal import Decimal

from bench.words import rank, words
from catalog.commands import (
    DefineAttribute,
    DefineCategory,
    DefineChannel,
    DefineView,
    MediaInput,
    OptionInput,
    PlaceInput,
    PriceInput,
    SaveProduct,
    SpecialInput,
    TaxRateInput,
    VariantInput,
)

CHANNELS = {"home": "EUR", "world": "USD"}
VIEWS = {"home-en": ("home", "en"), "home-de": ("home", "de"), "world-en": ("world", "en"), "world-fr": ("world", "fr")}
VIEW = "home-en"
FACETS = {"brand": 300, "colour": 16, "material": 30, "size": 24, "season": 5}
ATTRIBUTES = 200
CHOICES_OF_MODEL = 500
BRANCHES, LEAVES = 12, 12
VARIANTS = 4


def channels() -> Iterator[DefineChannel]:
    """Two channels with a currency each."""
    rates = (TaxRateInput(country="DE", rate=Decimal(19)), TaxRateInput(country="AT", rate=Decimal(20)))
    for code, currency in CHANNELS.items():
        yield DefineChannel(code=code, name=code, currency=currency, countries=("DE", "AT"), tax_rates=rates)


def views() -> Iterator[DefineView]:
    """Two views under each channel."""
    for code, (channel, locale) in VIEWS.items():
        yield DefineView(code=code, name=code, channel=channel, locale=locale, root="root")


def attributes() -> Iterator[DefineAttribute]:
    """Five to filter by, one that is the axis of wide products, and many that a page just shows."""
    for position, (code, count) in enumerate(FACETS.items()):
        yield _attribute(code, "select", position, count, filterable=True, searchable=code in ("brand", "colour"))
    yield _attribute("model", "select", len(FACETS), CHOICES_OF_MODEL)
    kinds = ("select", "text", "decimal", "boolean")
    for position in range(len(FACETS) + 1, ATTRIBUTES):
        kind = kinds[position % len(kinds)]
        yield _attribute(f"a{position}", kind, position, 12, searchable=position % 10 == 0)


def _attribute(code: str, kind: str, position: int, count: int, **flags: bool) -> DefineAttribute:
    options = tuple(
        OptionInput(code=f"{code}-{n}", labels={"": f"{code.title()} {n}", "view:home-de": f"{code.title()} {n} de"})
        for n in range(count)
    )
    options = options if kind == "select" else ()
    labels = {"": code.title(), "view:home-de": f"{code.title()} de"}
    return DefineAttribute(code=code, kind=kind, labels=labels, position=position, options=options, **flags)


def categories() -> Iterator[DefineCategory]:
    """A root, branches and leaves."""
    yield DefineCategory(code="root", texts={"": {"name": "Root"}})
    for branch in range(BRANCHES):
        yield DefineCategory(code=f"c{branch}", parent="root", texts={"": {"name": f"Branch {branch}"}})
        for leaf in range(LEAVES):
            code = f"c{branch}-{leaf}"
            yield DefineCategory(code=code, parent=f"c{branch}", texts={"": {"name": f"Leaf {branch} {leaf}"}})


def category(choice: random.Random) -> str:
    """A leaf, the first ones most often."""
    return f"c{rank(choice, BRANCHES)}-{rank(choice, LEAVES)}"


def is_configurable(number: int) -> bool:
    """One product in twenty has variants."""
    return number % 20 == 7


def skus(number: int) -> list[str]:
    """What can be bought of a product."""
    return [f"P{number}-{n}" for n in range(VARIANTS)] if is_configurable(number) else [f"P{number}"]


def product(number: int) -> SaveProduct:
    """The product of this number."""
    choice = random.Random(number)
    prose = " ".join(words(choice, 60))
    name = " ".join(words(choice, 3)).title()
    configurable = is_configurable(number)
    values = {code: f"{code}-{rank(choice, count)}" for code, count in FACETS.items()}
    for position in sorted({len(FACETS) + 1 + rank(choice, ATTRIBUTES - len(FACETS) - 1) for _ in range(20)}):
        values[f"a{position}"] = _value(position, choice)
    if configurable:
        del values["size"]
    return SaveProduct(
        sku=f"P{number}",
        kind="configurable" if configurable else "simple",
        texts={
            "": {"name": name, "description": prose, "short_description": prose[:80]},
            "view:home-de": {"name": f"{name} {words(choice, 1)[0]}", "description": " ".join(words(choice, 60))},
        },
        values={"": values},
        channels=tuple(CHANNELS),
        axes=("size",) if configurable else (),
        variants=tuple(_variant(sku, "size", n, choice) for n, sku in enumerate(skus(number)))
        if configurable
        else None,
        prices=_prices(choice),
        media=tuple(MediaInput(path=f"p/{number}-{n}.jpg", roles=("base", "small")) for n in range(2)),
        places=tuple(PlaceInput(category=code, position=number) for code in {category(choice) for _ in range(2)}),
    )


def wide(variants: int) -> SaveProduct:
    """A product with this many variants, to be compared with others of its kind."""
    choice = random.Random(variants)
    return SaveProduct(
        sku=f"WIDE{variants}",
        kind="configurable",
        texts={"": {"name": f"Wide {variants}", "description": " ".join(words(choice, 60))}},
        channels=tuple(CHANNELS),
        axes=("model",),
        variants=tuple(_variant(f"WIDE{variants}-{n}", "model", n, choice) for n in range(variants)),
        prices=(),
        places=(PlaceInput(category="c0-0"),),
    )


def _value(position: int, choice: random.Random) -> object:
    kind = position % 4
    if kind == 0:
        return f"a{position}-{rank(choice, 12)}"
    if kind == 1:
        return " ".join(words(choice, 4))
    return f"{choice.randrange(1, 1000)}.5" if kind == 2 else choice.random() < 0.5


def _variant(sku: str, axis: str, number: int, choice: random.Random) -> VariantInput:
    return VariantInput(sku=sku, values={"": {axis: f"{axis}-{number}"}}, prices=_prices(choice))


def _prices(choice: random.Random) -> tuple[PriceInput, ...]:
    amount = Decimal(choice.randrange(500, 30_000)) / 100
    special = (
        (SpecialInput(amount=(amount * Decimal("0.8")).quantize(Decimal("0.01"))),) if choice.random() < 0.2 else ()
    )
    return tuple(PriceInput(channel=channel, amount=amount, specials=special) for channel in CHANNELS)
