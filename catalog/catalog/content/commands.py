"""Defining content pages and blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.catalog import slugs
from catalog.catalog.checking import all_known
from catalog.catalog.content.models import Content
from catalog.catalog.errors import InvalidValue
from catalog.catalog.structure.putting import put
from catalog.product import scopes
from catalog.product.models import View
from chassis.unit_of_work import unit_of_work

TEXTS = frozenset({"title", "body", "meta_title", "meta_description"})
MOST_TEXT = 500_000


@dataclass(frozen=True, kw_only=True)
class DefineContent:
    """A page or block; `texts` by scope with title, body (HTML as staff wrote it), meta_title and meta_description.

    `slugs` of a page by view, else made of its title. `views`: shown in these only, everywhere if empty.
    """

    code: str
    texts: Mapping[str, Mapping[str, str]]
    kind: str = Content.PAGE
    slugs: Mapping[str, str] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    active: bool = True
    in_menu: bool = False
    position: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_content(command: DefineContent) -> UUID:
    """Make or change a page or block by its code. A page keeps its former addresses as redirects."""
    _check(command)
    facts = {
        "kind": command.kind,
        "texts": {scope: dict(text) for scope, text in command.texts.items()},
        "views": sorted(set(command.views)),
        "active": command.active,
        "in_menu": command.in_menu,
        "position": command.position,
        "starts_at": command.starts_at,
        "ends_at": command.ends_at,
    }
    with unit_of_work("catalog"):
        views = list(View.objects.select_related("channel"))
        all_known([*command.views, *command.slugs], {view.code for view in views}, "view")
        row, _ = put(Content, command, facts)
        if command.kind == Content.PAGE:
            name_page(row, views, command.slugs)
    found: UUID = row.id
    return found


def name_page(row: Content, views: list[View], asked: Mapping[str, str]) -> None:
    """Give a page its address in every view."""
    wanted = []
    for view in views:
        texts = scopes.resolve(row.texts, scopes.fallback(view=view.code, channel=view.channel.code))
        wanted.append(
            slugs.Wanted(
                view=view.code,
                target=row.id,
                slug=asked.get(view.code, ""),
                name=texts.get("title", ""),
                suffix=row.code,
                locale=view.locale,
            )
        )
    slugs.give(slugs.CONTENT, wanted)


def _check(command: DefineContent) -> None:
    if command.kind not in dict(Content.KINDS):
        raise InvalidValue("kind must be page or block.", field="/kind")
    if not command.code or len(command.code) > 100 or "\0" in command.code:
        raise InvalidValue("code must be 1 to 100 characters.", field="/code")
    if command.kind == Content.PAGE and not any(text.get("title") for text in command.texts.values()):
        raise InvalidValue("A page needs a title in some scope.", field="/texts")
    for scope, text in command.texts.items():
        for name, value in text.items():
            if name not in TEXTS or not isinstance(value, str) or "\0" in value or len(value) > MOST_TEXT:
                raise InvalidValue(f"texts have {', '.join(sorted(TEXTS))}.", field=f"/texts/{scope}/{name}")
    for moment in (command.starts_at, command.ends_at):
        if moment is not None and moment.tzinfo is None:
            raise InvalidValue("A moment needs a time zone.", field="/starts_at")
    if command.starts_at and command.ends_at and command.starts_at >= command.ends_at:
        raise InvalidValue("It must end after it starts.", field="/ends_at")
