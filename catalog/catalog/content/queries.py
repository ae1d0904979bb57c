"""What a view shows of content."""

from typing import Any
from uuid import UUID

from catalog.catalog import slugs
from catalog.catalog.content.models import Content, shown_at
from catalog.catalog.errors import ContentNotFound
from catalog.catalog.queries import Moved, ViewFacts
from catalog.product import scopes
from catalog.product.models import Slug
from chassis import clock

TEXTS = ("title", "body", "meta_title", "meta_description")


def page(view: ViewFacts, slug: str) -> dict[str, Any] | Moved:
    """A page by its address; Moved for a former one. Raises ContentNotFound."""
    found = Slug.objects.filter(view=view.code, kind=slugs.CONTENT, slug=slug).first()
    row = _shown(view).filter(id=found.target, kind=Content.PAGE).first() if found else None
    if found is None or row is None:
        raise ContentNotFound()
    if not found.current:
        now = Slug.objects.get(view=view.code, kind=slugs.CONTENT, target=row.id, current=True)
        return Moved(slug=now.slug)
    return {**_body(row, view), "slug": slug}


def block(view: ViewFacts, code: str) -> dict[str, Any]:
    """A block by its code. Raises ContentNotFound."""
    row = _shown(view).filter(code=code, kind=Content.BLOCK).first()
    if row is None:
        raise ContentNotFound()
    return _body(row, view)


def menu(view: ViewFacts, *, most: int) -> list[dict[str, str]]:
    """Title and address of the pages that a view lists, in order."""
    rows = list(_shown(view).filter(kind=Content.PAGE, in_menu=True).order_by("position", "code")[:most])
    slug_of = addresses(view, [row.id for row in rows])
    return [
        {"slug": slug_of[row.id], "title": scopes.resolve(row.texts, view.scopes).get("title", row.code)}
        for row in rows
        if row.id in slug_of
    ]


def addresses(view: ViewFacts, pages: list[UUID]) -> dict[UUID, str]:
    """Present addresses of pages."""
    found = Slug.objects.filter(view=view.code, kind=slugs.CONTENT, target__in=pages, current=True)
    return dict(found.values_list("target", "slug"))


def _shown(view: ViewFacts) -> Any:
    return Content.objects.filter(shown_at(clock.now(), view=view.code))


def _body(row: Content, view: ViewFacts) -> dict[str, Any]:
    texts = scopes.resolve(row.texts, view.scopes)
    return {"id": row.id, "code": row.code, **{name: texts.get(name, "") for name in TEXTS}}
