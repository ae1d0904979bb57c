"""Where an old address leads now."""

from dataclasses import dataclass

from django.db import connections

from catalog.catalog.errors import NoForwarding
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.queries import ViewFacts

MOST_HOPS = 5

_LOOK = """
SELECT f.kind, f."to", f.permanent, s.slug
FROM catalog_forwarding f
LEFT JOIN catalog_product p ON p.id = f.target
LEFT JOIN catalog_slug s ON s.view = f.view AND s.current AND s.target = coalesce(p.parent_id, f.target)
WHERE f.view = %s AND f.path = %s
"""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A page of ours by kind and slug, or an address elsewhere. `permanent`: every step of the way is."""

    kind: str
    slug: str | None
    url: str | None
    permanent: bool


def destination(view: ViewFacts, path: str) -> Destination:
    """Follow an old path to where it ends. NoForwarding when that is nowhere, or in a circle."""
    permanent, seen = True, set[str]()
    path = cleaned(path)
    with connections["catalog"].cursor() as cursor:
        while path not in seen and len(seen) < MOST_HOPS:
            seen.add(path)
            cursor.execute(_LOOK, [view.code, path])
            found = cursor.fetchone()
            if found is None:
                break
            kind, to, lasts, slug = found
            permanent = permanent and lasts
            if kind != Forwarding.ON:
                if slug is None:
                    break
                return Destination(kind=kind, slug=slug, url=None, permanent=permanent)
            if "://" in to:
                return Destination(kind="url", slug=None, url=to, permanent=permanent)
            path = cleaned(to)
    raise NoForwarding()


def cleaned(path: str) -> str:
    """A path as it is kept."""
    return path.strip("/ ")
