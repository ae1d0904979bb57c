"""What this domain does later or outside of a transaction."""

from catalog.catalog.publication.commands import PUBLICATION_BOUNDARY
from catalog.catalog.rebuilding import REBUILD_DOCUMENTS, REBUILD_PRODUCTS
from catalog.legacy.making import MAKE_LEGACY
from catalog.pricing.blocks import PRICE_BOUNDARY
from catalog.pricing.lists import REPRICE_PAGES
from catalog.pricing.promoted import APPLY_RULES
from catalog.promotion.coupons import MAKE_COUPONS
from catalog.search.indexing import SEARCH_INDEX, SEARCH_REBUILD

JOBS = (
    REBUILD_DOCUMENTS,
    REBUILD_PRODUCTS,
    PUBLICATION_BOUNDARY,
    PRICE_BOUNDARY,
    REPRICE_PAGES,
    SEARCH_INDEX,
    SEARCH_REBUILD,
    MAKE_LEGACY,
    MAKE_COUPONS,
    APPLY_RULES,
)
