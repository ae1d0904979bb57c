"""Commands of categories: where they stand, what they are called and what their rule picks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog import slugs
from catalog.catalog.errors import CategoryCycle, InvalidValue
from catalog.catalog.pages import tell_category_changed
from catalog.catalog.rebuilding import rebuild_all, rebuild_category
from catalog.catalog.structure.putting import known, put
from catalog.product.collections.rules import checked
from catalog.product.models import Category, ProductCategory
from chassis import clock
from chassis.unit_of_work import unit_of_work


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


def define_category(command: DefineCategory) -> UUID:
    """Make, change or move a category; documents that name it follow by a job."""
    if not any(text.get("name") for text in command.texts.values()):
        raise InvalidValue("A category needs a name in some scope.", field="/texts")
    with unit_of_work("catalog"):
        # One move at a time: two could make a circle that neither of them sees.
        with connections["catalog"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.category'))")
        parent = known(Category, command.parent, "/parent") if command.parent else None
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
        category = known(Category, code, "/code")
        wanted = checked(rule) if rule is not None else None
        if category.rule != wanted:
            category.rule, category.version, category.changed_at = wanted, category.version + 1, clock.now()
            category.save(update_fields=["rule", "version", "changed_at"])
            _apply_rule(category)


def _apply_rule(category: Category) -> None:
    """Any product may come in or go, by a job; without a rule all that it picked go."""
    if category.rule is None:
        ProductCategory.objects.filter(category=category, by_rule=True).delete()
    rebuild_all()


def _refuse_circle(code: str, parent: Category | None) -> None:
    parents = {row.id: row for row in Category.objects.all()} if parent else {}
    while parent is not None:
        if parent.code == code:
            raise CategoryCycle(f"{code} would lie under itself.", field="/parent")
        parent = parents.get(parent.parent_id) if parent.parent_id else None
