"""Defining the structure of the catalogue: channels, views, attributes, product types, categories.

Each command says what something is, and makes or changes it by its code: running one twice changes nothing.
"""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Q

from catalog.catalog import slugs
from catalog.catalog.collections.rules import checked
from catalog.catalog.errors import CategoryCycle, InvalidValue, NotAChannel, UnknownReference
from catalog.catalog.models import (
    Attribute,
    AttributeOption,
    Category,
    Channel,
    Edited,
    ProductCategory,
    ProductType,
    View,
)
from catalog.catalog.rebuilding import rebuild_all, rebuild_category
from catalog.catalog.values import CHOICES, KINDS, NUMBERS
from catalog.pricing.tax_commands import TaxRateInput, replace_tax_rates
from catalog.search.pages import tell_category_changed
from chassis import clock
from chassis.ids import new_id
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import ChannelChanged, ViewChanged


@dataclass(frozen=True, kw_only=True)
class DefineChannel:
    """A channel; `tax_rates` None leaves its rates as they are."""

    code: str
    name: str
    currency: str
    time_zone: str = "UTC"
    countries: tuple[str, ...] = ()
    prices_include_tax: bool = True
    active: bool = True
    tax_rates: tuple[TaxRateInput, ...] | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DefineView:
    """A view of a channel; `root` is the code of its root category."""

    code: str
    name: str
    channel: str
    locale: str
    root: str | None = None
    base_url: str = ""
    active: bool = True
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


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

    `range_limits`: where the ranges of a number's facet begin and end, if not by what is found.
    """

    code: str
    kind: str
    labels: Mapping[str, str]
    scope: str = "global"
    unit: str = ""
    required: bool = False
    filterable: bool = False
    searchable: bool = False
    visible: bool = True
    position: int = 0
    range_limits: tuple[Decimal, ...] = ()
    options: tuple[OptionInput, ...] = ()
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DefineProductType:
    """A set of attributes, by code."""

    code: str
    name: str
    attributes: tuple[str, ...] = ()
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DefineCategory:
    """A category; `texts` by scope with name and description, `slugs` by view (else made of the name).

    `rule` picks products beside those put there by hand (see `collections.rules`).
    `inactive_in`: views that show neither it nor what is under it. `similar_slugs`: another will do for one taken.
    """

    code: str
    texts: Mapping[str, Mapping[str, str]]
    parent: str | None = None
    slugs: Mapping[str, str] = field(default_factory=dict)
    position: int = 0
    active: bool = True
    inactive_in: tuple[str, ...] = ()
    rule: Mapping[str, Any] | None = None
    similar_slugs: bool = False
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_channel(command: DefineChannel) -> UUID:
    """Make or change a channel and tell everybody who keeps a copy."""
    if len(command.currency) != 3 or not (command.currency.isascii() and command.currency.isupper()):
        raise NotAChannel("currency must be an ISO 4217 code.", field="/currency")
    if command.time_zone not in zoneinfo.available_timezones():
        raise NotAChannel("time_zone must be a name of the IANA database.", field="/time_zone")
    facts = {
        "name": command.name,
        "currency": command.currency,
        "time_zone": command.time_zone,
        "countries": list(command.countries),
        "prices_include_tax": command.prices_include_tax,
        "active": command.active,
    }
    with unit_of_work("catalog"):
        channel, changed = put(Channel, command, facts)
        if command.tax_rates is not None:
            replace_tax_rates(command.code, command.tax_rates)
        if changed:
            publish(
                channel_changed(channel),
                aggregate_id=channel.id,
                aggregate_version=channel.version,
                channel=channel.code,
            )
            if channel.version > 1:
                rebuild_all()
    return channel.id


def define_view(command: DefineView) -> UUID:
    """Make or change a view; its documents follow by a job."""
    # It stands in addresses and names the folder of its search index.
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", command.code):
        raise InvalidValue("code must be 1 to 64 letters, digits, - or _.", field="/code")
    with unit_of_work("catalog"):
        channel = _known(Channel, command.channel, "/channel")
        root = _known(Category, command.root, "/root") if command.root else None
        facts = {
            "name": command.name,
            "channel_id": channel.id,
            "locale": command.locale,
            "root_id": root.id if root else None,
            "base_url": _address(command.base_url),
            "active": command.active,
        }
        view, changed = put(View, command, facts)
        if changed:
            publish(
                view_changed(view, channel=channel.code),
                aggregate_id=view.id,
                aggregate_version=view.version,
                channel=channel.code,
            )
            slugs.name_categories_of(view)
            rebuild_all()
    return view.id


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
    if command.options and command.kind not in CHOICES:
        raise InvalidValue("Only select and multi_select have options.", field="/options")
    names = ["kind", "scope", "unit", "required", "filterable", "searchable", "visible", "position"]
    facts = {name: getattr(command, name) for name in names} | {"labels": dict(command.labels)}
    facts["range_limits"] = sorted(set(command.range_limits))
    with unit_of_work("catalog"):
        before = Attribute.objects.filter(code=command.code).values_list("kind", flat=True).first()
        if before not in (None, command.kind):
            raise InvalidValue(f"{command.code} is of kind {before} already.", field="/kind")
        attribute, changed = put(Attribute, command, facts)
        if _put_options(attribute, command.options) or changed:
            rebuild_all(unless_empty=True)
    return attribute.id


def define_product_type(command: DefineProductType) -> UUID:
    """Make or change a product type; its attributes become exactly these."""
    with unit_of_work("catalog"):
        made, _ = put(ProductType, command, {"name": command.name})
        attributes = list(Attribute.objects.filter(code__in=command.attributes))
        if missing := set(command.attributes) - {a.code for a in attributes}:
            raise UnknownReference(f"No attributes {', '.join(sorted(missing))}.", field="/attributes")
        made.attributes.set(attributes)
    return made.id


def define_category(command: DefineCategory) -> UUID:
    """Make, change or move a category; documents that name it follow by a job."""
    if not any(text.get("name") for text in command.texts.values()):
        raise InvalidValue("A category needs a name in some scope.", field="/texts")
    with unit_of_work("catalog"):
        # One move at a time: two could make a circle that neither of them sees.
        with connections["catalog"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.category'))")
        parent = _known(Category, command.parent, "/parent") if command.parent else None
        _refuse_circle(command.code, parent)
        facts = {
            "parent_id": parent.id if parent else None,
            "texts": {scope: dict(text) for scope, text in command.texts.items()},
            "position": command.position,
            "active": command.active,
            "inactive_in": sorted(command.inactive_in),
            "rule": checked(command.rule) if command.rule is not None else None,
        }
        before = Category.objects.filter(code=command.code).values_list("rule", flat=True).first()
        category, changed = put(Category, command, facts)
        moved = slugs.name_category(category, command.slugs, similar=command.similar_slugs)
        if changed or moved:
            tell_category_changed(category.id)
        if category.rule != before:
            _apply_rule(category)
        elif (changed or moved) and category.version > 1:
            rebuild_category(category.id)
    return category.id


def set_rule(code: str, rule: Any) -> None:
    """Change what picks a category's products; None for nothing. A job brings them in and out. Raises InvalidRule."""
    with unit_of_work("catalog"):
        category = _known(Category, code, "/code")
        wanted = checked(rule) if rule is not None else None
        if category.rule != wanted:
            category.rule, category.version, category.changed_at = wanted, category.version + 1, clock.now()
            category.save(update_fields=["rule", "version", "changed_at"])
            _apply_rule(category)


def channel_changed(channel: Channel) -> ChannelChanged:
    """The event that says what a channel is now."""
    return ChannelChanged(
        code=channel.code,
        name=channel.name,
        currency=channel.currency,
        time_zone=channel.time_zone,
        countries=tuple(channel.countries),
        prices_include_tax=channel.prices_include_tax,
        active=channel.active,
    )


def view_changed(view: View, *, channel: str) -> ViewChanged:
    """The event that says what a view is now."""
    return ViewChanged(code=view.code, name=view.name, channel=channel, locale=view.locale, active=view.active)


def _apply_rule(category: Category) -> None:
    """Any product may come in or go, by a job; without a rule all that it picked go."""
    if category.rule is None:
        ProductCategory.objects.filter(category=category, by_rule=True).delete()
    rebuild_all()


def _address(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise InvalidValue("base_url must be an address that starts with https://.", field="/base_url")
    return url.rstrip("/") + "/" if url else ""


def put(model: type[Any], command: Any, facts: Mapping[str, Any]) -> tuple[Any, bool]:
    """Insert or change the row with the command's id, else its code; whether anything changed.

    With an id the code may change; InvalidValue when it is another row's.
    """
    external = dict(command.external_id)
    wanted = {**facts, **({"external_id": external} if external else {})}
    fresh = model(id=command.id or new_id(), code=command.code, **wanted)
    same = model.objects.select_for_update().filter(Q(id=fresh.id) | Q(code=command.code))
    found = list(same)
    if not found:
        model.objects.bulk_create([fresh], ignore_conflicts=True)
        found = list(same.all())
        if [row.created_at for row in found if row.id == fresh.id] == [fresh.created_at]:
            return found[0], True
    # The one with the id before the one with the code.
    row: Edited = min(found, key=lambda row: row.id != fresh.id)
    if len(found) > 1 or (command.id and row.id != command.id):
        raise InvalidValue(f"{command.code} is the code of another {model.__name__.lower()}.", field="/code")
    wanted["code"] = command.code
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, wanted[name])
        row.version += 1
        row.changed_at = clock.now()
        row.save(update_fields=[*changed, "version", "changed_at"])
    return row, bool(changed)


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


def _known(model: type[Any], code: str | None, pointer: str) -> Any:
    row = model.objects.filter(code=code).first()
    if row is None:
        raise UnknownReference(f"There is no {model.__name__.lower()} {code}.", field=pointer)
    return row


def _refuse_circle(code: str, parent: Category | None) -> None:
    parents = {row.id: row for row in Category.objects.all()} if parent else {}
    while parent is not None:
        if parent.code == code:
            raise CategoryCycle(f"{code} would lie under itself.", field="/parent")
        parent = parents.get(parent.parent_id) if parent.parent_id else None
