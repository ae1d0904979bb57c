"""Where a page of the old shop is now (url_rewrite), as an address of the storefront."""

from catalog.catalog.errors import NoForwarding
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.forwarding.queries import destination
from catalog.catalog.queries import view_facts
from catalog.legacy.dialect.errors import NotHere
from catalog.legacy.dialect.facts import facts_of
from catalog.product.models import View
from contracts.dialect import OldAddress

PAGES = {Forwarding.PRODUCT: "products", Forwarding.CATEGORY: "categories", Forwarding.CONTENT: "pages"}
LONGEST = 2000


def old_address(source: str, *, store: str, path: str) -> OldAddress | None:
    """The page that took over a path of a store (the default one for none); None for a path that led nowhere."""
    if not path.strip("/ ") or len(path) > LONGEST or "\x00" in path:
        return None
    try:
        facts = facts_of(source, store)
        if facts.store is None:
            return None
        end = destination(view_facts(facts.store.code), path)
    except (NotHere, NoForwarding):
        return None
    if end.url is not None:
        return OldAddress(url=end.url, permanent=end.permanent)
    base = View.objects.values_list("base_url", flat=True).get(code=facts.store.code)
    return OldAddress(url=f"{base}{PAGES[end.kind]}/{end.slug}" if base else "", permanent=end.permanent)
