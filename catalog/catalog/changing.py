"""Changing one thing of a product and leaving all others: a place in a category, a value of an attribute."""

from dataclasses import dataclass
from typing import Any

from catalog.catalog.announcing import tell
from catalog.catalog.checking import all_known, vocabulary_of
from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.rebuilding import rebuild, rebuild_owners
from catalog.catalog.rows import checked_value
from catalog.catalog.sorting import sku_key
from catalog.catalog.structure.putting import known
from catalog.product import scopes
from catalog.product.models import Category, Product, ProductCategory
from chassis import clock
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work


@dataclass(frozen=True, kw_only=True)
class PlaceProduct:
    """A product's place in a category, by its code; `position` among those that staff put there."""

    sku: str
    category: str
    position: int = 0


def place_product(command: PlaceProduct) -> None:
    """Put a product into a category, or elsewhere in it. UnknownReference."""
    with unit_of_work("catalog"):
        product = _locked(command.sku)
        category = known(Category, command.category, "/category")
        ProductCategory.objects.update_or_create(
            product=product, category=category, defaults={"position": command.position, "by_rule": False}
        )
        _follow(product)


def displace_product(sku: str, category: str) -> None:
    """Take a product out of a category; what the category's rule picks comes in again by it. UnknownReference."""
    with unit_of_work("catalog"):
        product = _locked(sku)
        places = ProductCategory.objects.filter(product=product, category=known(Category, category, "/category"))
        gone, _ = places.delete()
        if not gone:
            raise UnknownReference(f"{product.sku} is not in {category}.", field="/category")
        _follow(product)


@dataclass(frozen=True, kw_only=True)
class SetValue:
    """A value of an attribute in a scope ("", "channel:<code>", "view:<code>"); None takes it away."""

    sku: str
    attribute: str
    value: Any
    scope: str = scopes.GLOBAL


def set_value(command: SetValue) -> None:
    """Set one value of a product. InvalidValue, InvalidProduct, UnknownReference."""
    with unit_of_work("catalog"):
        product = _locked(command.sku)
        vocabulary = vocabulary_of((), {command.attribute})
        all_known([command.attribute], vocabulary.attributes, "attribute")
        all_known([command.scope], vocabulary.scopes, "scope")
        if command.attribute in product.axes:
            raise InvalidProduct(f"The variants of {product.sku} differ by {command.attribute}.", field="/attribute")
        value = checked_value(command.attribute, command.value, command.scope, vocabulary)
        values = {**product.values.get(command.scope, {}), command.attribute: value}
        if value is None:
            del values[command.attribute]
        product.values = {**product.values, command.scope: values}
        _follow(product)


def _locked(sku: str) -> Product:
    product = Product.objects.select_for_update().filter(sku_key=sku_key(sku), parent=None).first()
    if product is None:
        raise UnknownReference(f"There is no product {sku}.", field="/sku")
    return product


def _follow(product: Product) -> None:
    product.version, product.changed_at = product.version + 1, clock.now()
    product.save(update_fields=["values", "version", "changed_at"])
    rebuild([product.id])
    rebuild_owners([product.id])
    tell([product], lane=Lane.FAST)
