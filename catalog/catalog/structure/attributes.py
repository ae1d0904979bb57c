"""Commands of attributes with their options, and of product types, which are sets of attributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.catalog.errors import InvalidValue, UnknownReference
from catalog.catalog.rebuilding import rebuild_all
from catalog.catalog.structure.putting import put
from catalog.catalog.values import CHOICES, KINDS, NUMBERS, SORTABLE
from catalog.product.changes import rebuild_indexes
from catalog.product.models import Attribute, AttributeOption, ProductType
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work


@dataclass(frozen=True, kw_only=True)
class OptionInput:
    """An option; `labels` by scope."""

    code: str
    labels: Mapping[str, str]
    swatch: str = ""
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DefineAttribute:
    """An attribute and its options in order. Options that are not named stay: products may hold them.

    `range_limits`: where the ranges of a number's facet begin and end, if not by what is found. `sortable`: listings
    can be sorted by it; of a select in the order of its options.
    """

    code: str
    kind: str
    labels: Mapping[str, str]
    scope: str = "global"
    unit: str = ""
    required: bool = False
    filterable: bool = False
    searchable: bool = False
    sortable: bool = False
    visible: bool = True
    position: int = 0
    range_limits: tuple[Decimal, ...] = ()
    options: tuple[OptionInput, ...] = ()
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_attribute(command: DefineAttribute) -> UUID:
    """Make or change an attribute and its options. An attribute's kind stays what it was."""
    if command.kind not in KINDS:
        raise InvalidValue(f"kind must be one of {', '.join(KINDS)}.", field="/kind")
    if command.scope not in ("global", "channel", "view"):
        raise InvalidValue("scope must be global, channel or view.", field="/scope")
    if not command.code.replace("_", "a").isalnum() or not command.code.isascii():
        raise InvalidValue("code must be made of letters, digits and _.", field="/code")
    if command.range_limits and command.kind not in NUMBERS:
        raise InvalidValue("Only number and decimal have ranges.", field="/range_limits")
    refuse_no_order(command.kind, sortable=command.sortable)
    if command.options and command.kind not in CHOICES:
        raise InvalidValue("Only select and multi_select have options.", field="/options")
    names = ["kind", "scope", "unit", "required", "filterable", "searchable", "sortable", "visible", "position"]
    facts = {name: getattr(command, name) for name in names} | {"labels": dict(command.labels)}
    facts["range_limits"] = sorted(set(command.range_limits))
    with unit_of_work("catalog"):
        before = Attribute.objects.filter(code=command.code).first()
        if before is not None and before.kind != command.kind:
            raise InvalidValue(f"{command.code} is of kind {before.kind} already.", field="/kind")
        attribute, changed = put(Attribute, command, facts)
        if _put_options(attribute, command.options) or changed:
            follow(attribute, was_sortable=before is not None and before.sortable)
    return attribute.id


def follow(attribute: Attribute, *, was_sortable: bool) -> None:
    """Have documents and indexes follow an attribute that was changed; inside the caller's unit of work."""
    rebuild_all(unless_empty=True)
    if attribute.sortable and not was_sortable:
        # An index has a field for each attribute that it can sort by.
        rebuild_indexes()


def refuse_no_order(kind: str, *, sortable: bool) -> None:
    """InvalidValue for an attribute to sort by of whose values none comes before another."""
    if sortable and kind not in SORTABLE:
        raise InvalidValue(f"Values of the kind {kind} have no order to sort by.", field="/sortable")


@dataclass(frozen=True, kw_only=True)
class DefineProductType:
    """A set of attributes, by code."""

    code: str
    name: str
    attributes: tuple[str, ...] = ()
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_product_type(command: DefineProductType) -> UUID:
    """Make or change a product type; its attributes become exactly these."""
    with unit_of_work("catalog"):
        made, _ = put(ProductType, command, {"name": command.name})
        attributes = list(Attribute.objects.filter(code__in=command.attributes))
        if missing := set(command.attributes) - {a.code for a in attributes}:
            raise UnknownReference(f"No attributes {', '.join(sorted(missing))}.", field="/attributes")
        made.attributes.set(attributes)
    return made.id


def _put_options(attribute: Attribute, options: tuple[OptionInput, ...]) -> bool:
    known = {option.code: option for option in attribute.options.all()}
    rows = []
    for position, option in enumerate(options):
        old = known.get(option.code)
        same = old and (old.labels, old.swatch, old.position, old.external_id) == (
            dict(option.labels),
            option.swatch,
            position,
            dict(option.external_id),
        )
        if not same:
            rows.append(
                AttributeOption(
                    id=option.id or new_id(),
                    external_id=dict(option.external_id),
                    attribute=attribute,
                    code=option.code,
                    labels=dict(option.labels),
                    swatch=option.swatch,
                    position=position,
                )
            )
    AttributeOption.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["attribute", "code"],
        update_fields=["labels", "swatch", "position", "external_id"],
    )
    return bool(rows)
