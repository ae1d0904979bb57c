"""Everything that can be said against products before anything of them is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.catalog.composition.checking import check_composition
from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.inputs import SaveProduct
from catalog.product import scopes
from catalog.product.models import Attribute, Category, Channel, Product, ProductType, View


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    attributes: Mapping[str, Attribute]
    options: Mapping[str, frozenset[str]]
    channels: frozenset[str]
    views: Sequence[View]
    categories: Mapping[str, UUID]
    types: Mapping[str, UUID]

    @property
    def scopes(self) -> frozenset[str]:
        views = (scopes.view_scope(view.code) for view in self.views)
        return frozenset({scopes.GLOBAL, *map(scopes.channel_scope, self.channels), *views})


def codes_of(commands: Iterable[SaveProduct]) -> set[str]:
    codes: set[str] = set()
    for command in commands:
        codes.update(command.axes)
        for part in (command, *(command.variants or ())):
            codes.update(code for values in part.values.values() for code in values)
    return codes


def vocabulary_of(commands: Sequence[SaveProduct], codes: set[str]) -> Vocabulary:
    attributes = {row.code: row for row in Attribute.objects.filter(code__in=codes).prefetch_related("options")}
    places = {place.category for command in commands for place in command.places or ()}
    types = {command.product_type for command in commands if command.product_type}
    return Vocabulary(
        attributes=attributes,
        options={code: frozenset(o.code for o in row.options.all()) for code, row in attributes.items()},
        channels=frozenset(Channel.objects.values_list("code", flat=True)),
        views=list(View.objects.select_related("channel")),
        categories=dict(Category.objects.filter(code__in=places).values_list("code", "id")),
        types=dict(ProductType.objects.filter(code__in=types).values_list("code", "id")),
    )


def check(command: SaveProduct, vocabulary: Vocabulary) -> None:
    """Everything that can be said against a command before anything is written."""
    if command.kind not in Product.SAVED:
        raise InvalidProduct(f"kind must be one of {', '.join(Product.SAVED)}.", field="/kind")
    if not command.sku.strip() or len(command.sku) > 255 or "\0" in command.sku:
        raise InvalidProduct("sku must be 1 to 255 characters.", field="/sku")
    if not any(text.get("name") for text in command.texts.values()):
        raise InvalidProduct(f"{command.sku} needs a name in some scope.", field="/texts")
    if (command.variants or command.axes) and command.kind != Product.CONFIGURABLE:
        raise InvalidProduct("Only a configurable product has variants.", field="/variants")
    all_known(command.slugs, {view.code for view in vocabulary.views}, "view")
    for part in (command, *(command.variants or ())):
        all_known(part.shown, {view.code for view in vocabulary.views}, "view")
        all_known(part.shown.values(), Product.SHOWN, "way to show a product")
        all_known(part.channels or (), vocabulary.channels, "channel")
    all_known((place.category for place in command.places or ()), vocabulary.categories, "category")
    all_known([command.product_type] if command.product_type else (), vocabulary.types, "product type")
    all_known(codes_of([command]), vocabulary.attributes, "attribute")
    for part in (command, *(command.variants or ())):
        all_known([*part.texts, *part.values], vocabulary.scopes, "scope")
    check_composition(command, vocabulary.channels)
    seen: set[tuple[Any, ...]] = set()
    for index, variant in enumerate(command.variants or ()):
        values = variant.values.get(scopes.GLOBAL, {})
        choice = tuple(values.get(axis) for axis in command.axes)
        if None in choice or choice in seen:
            raise InvalidProduct(
                f"{variant.sku} needs a combination of {', '.join(command.axes)} of its own.",
                field=f"/variants/{index}",
            )
        seen.add(choice)
    for axis in command.axes:
        if vocabulary.attributes[axis].kind != "select":
            raise InvalidProduct(f"{axis} is not a select attribute.", field="/axes")


def all_known(asked: Iterable[Any], known: Iterable[Any], what: str) -> None:
    known = set(known)
    if missing := sorted({str(one) for one in asked if one not in known}):
        raise UnknownReference(f"Unknown {what}: {', '.join(missing)}.")
