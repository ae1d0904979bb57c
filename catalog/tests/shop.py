"""A small shop for tests, made by the public commands."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.commands import (
    DefineAttribute,
    DefineCategory,
    DefineChannel,
    DefineView,
    OptionInput,
    PlaceInput,
    PriceInput,
    SaveProduct,
    TaxRateInput,
    VariantInput,
    define_attribute,
    define_category,
    define_channel,
    define_view,
    save_product,
)
from chassis import clock, domains
from chassis.jobs.runner import JobRunner

COLOURS = (("red", "Red", "Rot"), ("blue", "Blue", "Blau"), ("green", "Green", "Grün"))
SIZES = tuple(f"s{number}" for number in range(60))


def structure() -> None:
    """One channel (EUR, tax included), an English and a German view, colour and size, two categories."""
    define_channel(
        DefineChannel(
            code="eu",
            name="Europe",
            currency="EUR",
            time_zone="Europe/Berlin",
            countries=("DE", "AT"),
            tax_rates=(
                TaxRateInput(country="DE", rate=Decimal(19)),
                TaxRateInput(country="AT", rate=Decimal(20)),
                TaxRateInput(country="DE", rate=Decimal(7), tax_class="reduced"),
            ),
        )
    )
    define_category(DefineCategory(code="root", texts={"": {"name": "Root"}}))
    define_view(DefineView(code="en", name="English", channel="eu", locale="en-GB", root="root"))
    define_view(DefineView(code="de", name="Deutsch", channel="eu", locale="de-DE", root="root"))
    define_category(
        DefineCategory(code="kitchen", parent="root", texts={"": {"name": "Kitchen"}, "view:de": {"name": "Küche"}})
    )
    define_category(DefineCategory(code="knives", parent="kitchen", texts={"": {"name": "Knives"}}))
    options = tuple(OptionInput(code=c, labels={"": en, "view:de": de}) for c, en, de in COLOURS)
    define_attribute(
        DefineAttribute(
            code="color", kind="select", labels={"": "Colour", "view:de": "Farbe"}, filterable=True, options=options
        )
    )
    define_attribute(
        DefineAttribute(
            code="size",
            kind="select",
            labels={"": "Size"},
            filterable=True,
            options=tuple(OptionInput(code=s, labels={"": s.upper()}) for s in SIZES),
        )
    )


def simple(sku: str, name: str, *, price: str = "10", color: str = "", **more: Any) -> UUID:
    """A published simple product under knives."""
    wanted: dict[str, Any] = {
        "sku": sku,
        "texts": {"": {"name": name}},
        "channels": ("eu",),
        "values": {"": {"color": color}} if color else {},
        "prices": (PriceInput(channel="eu", amount=Decimal(price)),),
        "places": (PlaceInput(category="knives"),),
    }
    return save_product(SaveProduct(**{**wanted, **more}))


def configurable(sku: str, name: str, *, sizes: int = 3, **more: Any) -> UUID:
    """A published configurable product with a red variant of each size."""
    variants = tuple(
        VariantInput(
            sku=f"{sku}-{size}",
            values={"": {"color": "red", "size": size}},
            prices=(PriceInput(channel="eu", amount=Decimal(20 + number)),),
        )
        for number, size in enumerate(SIZES[:sizes])
    )
    wanted: dict[str, Any] = {
        "sku": sku,
        "kind": "configurable",
        "texts": {"": {"name": name}},
        "channels": ("eu",),
        "axes": ("color", "size"),
        "variants": variants,
        "places": (PlaceInput(category="knives"),),
    }
    return save_product(SaveProduct(**{**wanted, **more}))


def run_jobs() -> int:
    """Run what is due in catalog."""
    return JobRunner("catalog").run_due()


def run_due_soon() -> int:
    """The same, with those that wait for another attempt."""
    return JobRunner("catalog").run_due(until=clock.now() + timedelta(minutes=10))


def events(name: str) -> list[Any]:
    """Messages of a type in catalog's outbox, oldest first."""
    from chassis.messages import decode_message

    outbox = domains.get("catalog").tables.outbox._default_manager.using("catalog")
    return [decode_message(row.message) for row in outbox.filter(type=name).order_by("seq")]


def indexed_price(sku: str) -> Decimal | None:
    """The price by which the English index finds a product."""
    from catalog.search import embedded
    from catalog.search.engine import Question

    engine = embedded.engine("en", locale="en-GB")
    assert engine is not None
    question = Question(view="en", channel="eu", locale="en-GB", text=sku, facets=("color",))
    return engine.search(question).price_min
