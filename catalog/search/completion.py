"""Categories that go on from what is typed."""

from typing import Any

import msgspec
from django.db import connections

from catalog.catalog.queries import ViewFacts
from catalog.catalog.sorting import slug_of
from catalog.product import scopes

# Of a category that lies in the view's tree and is shown, as are all above it.
_SHOWN = """NOT EXISTS (
    WITH RECURSIVE line AS (
        SELECT c.id, c.parent_id, c.active AND NOT s.view = ANY(c.inactive_in) AS active
        UNION ALL SELECT u.id, u.parent_id, u.active AND NOT s.view = ANY(u.inactive_in)
        FROM catalog_category u JOIN line l ON u.id = l.parent_id)
    SELECT 1 FROM line
    HAVING NOT bool_and(active) OR (%(root)s::uuid IS NOT NULL AND NOT bool_or(id = %(root)s::uuid)))"""


def categories_like(view: ViewFacts, text: str, *, limit: int) -> list[dict[str, Any]]:
    """Categories of the view with a word in their address, which is their folded name, that begins like the text."""
    start = slug_of(text, locale=view.locale)
    if not start:
        return []
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id, s.slug, c.texts::text, c.code
                FROM catalog_slug s JOIN catalog_category c ON c.id = s.target
                WHERE s.view = %(view)s AND s.kind = 'category' AND s.current
                  AND (s.slug LIKE %(start)s OR s.slug LIKE %(inside)s)
                  AND c.id IS DISTINCT FROM %(root)s::uuid AND {_SHOWN}
                ORDER BY length(s.slug), s.slug LIMIT %(limit)s""",
            {"view": view.code, "root": view.root, "start": f"{start}%", "inside": f"%-{start}%", "limit": limit},
        )
        rows = cursor.fetchall()
    return [
        {"id": id_, "slug": slug, "name": scopes.resolve(msgspec.json.decode(texts), view.scopes).get("name", code)}
        for id_, slug, texts, code in rows
    ]
