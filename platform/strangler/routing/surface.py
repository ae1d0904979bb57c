"""What a request under /rest/ asks for: the reads that we can answer, by Magento's own paths.

Magento compares paths as they came, with %2F inside a SKU. The web server hands them over decoded, so that a SKU with
a slash is told from a part of a product by the names of those parts.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from strangler.routing.flags import CATEGORY, PRODUCT, SEARCH, STOCK, Known

PREFIX = "/rest/"
LONGEST_PAGE = 2000
_ADDRESSED = re.compile(r"/rest/(?:(?P<store>[A-Za-z][A-Za-z0-9_]{0,31})/)?V1/(?P<rest>.+)")
# What stands where a SKU would, and what stands behind one.
_NO_SKU = frozenset({"attributes", "attribute-sets", "types", "media", "links", "options", "tier-prices", "websites",
                     "tier-prices-information", "tier-prices-delete", "base-prices", "base-prices-information", "cost",
                     "cost-information", "cost-delete", "special-price", "special-price-information",
                     "special-price-delete", "downloadable-links", "website", "search"})  # fmt: skip
_PARTS = frozenset({"media", "options", "links", "group-prices", "websites", "downloadable-links", "stockItems"})
_SALABLE = frozenset({"get-product-salable-quantity", "is-product-salable"})
_WRONG = re.compile(r"(?:^|/)\.{1,2}(?:/|$)|\\|[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A read that we may answer: whose area it is, of which store, and its path's segments, decoded."""

    area: Known
    store: str
    path: tuple[str, ...]

    @property
    def route(self) -> str:
        """The path without what differs from one request to the next."""
        head, *rest = self.path
        return "/".join([head, *(part if part in ("products", "list", *_SALABLE) else "*" for part in rest)])


def asked(method: str, path: str) -> Asked | None:
    """What a decoded path asks for; None for what is the old shop's alone, writes among it."""
    found = _ADDRESSED.fullmatch(path)
    if method != "GET" or found is None:
        return None
    segments = found["rest"].split("/")
    area, read = _area(segments)
    if area is None or not all(part.strip() for part in read):
        return None
    return Asked(area=area, store=found["store"] or "", path=tuple(read))


def _area(segments: list[str]) -> tuple[Known | None, list[str]]:
    head, rest = segments[0], segments[1:]
    if head == "products" and not rest:
        return SEARCH, segments
    if head == "products" and rest[0] not in _NO_SKU and not _PARTS & set(rest[1:]):
        return PRODUCT, [head, "/".join(rest)]
    if head in ("stockItems", "stockStatuses") and rest:
        return STOCK, [head, "/".join(rest)]
    if head == "inventory" and len(rest) > 2 and rest[0] in _SALABLE:
        return STOCK, [head, rest[0], "/".join(rest[1:-1]), rest[-1]]
    if head == "categories" and _of_categories(rest):
        return CATEGORY, segments
    return None, segments


def _of_categories(rest: list[str]) -> bool:
    return rest in ([], ["list"]) or (rest[0].isdigit() and rest[1:] in ([], ["products"]))


def onward(path: str, raw: str, question: Asked | None) -> str | None:
    """The path as it is to be passed on, encoded; None for one that must not be: it would leave its place.

    `raw` is the path as it came, where the web server tells it.
    """
    if not path.startswith(PREFIX) or _WRONG.search(path) or _WRONG.search(unquote(path)):
        return None
    if raw and unquote(raw) == path:
        return raw
    if question is None:
        return quote(path, safe="/:@!$&'()*+,;=~")
    start = path.index("/V1/") + len("/V1/")
    return quote(path[:start], safe="/") + "/".join(quote(part, safe="") for part in question.path)


def onward_page(path: str) -> str | None:
    """A page's path, encoded, to be passed on; None for one that must not be."""
    if len(path) > LONGEST_PAGE or not path.strip("/") or _WRONG.search(path) or _WRONG.search(unquote(path)):
        return None
    return quote(path, safe="/:@!$&'()*+,;=~")
