"""What this domain does later or outside of a transaction."""

from catalog.catalog.publication.commands import PUBLICATION_BOUNDARY
from catalog.catalog.rebuilding import REBUILD_DOCUMENTS, REBUILD_PRODUCTS
from catalog.legacy.making import MAKE_LEGACY
from catalog.pricing.blocks import PRICE_BOUNDARY
from catalog.search.indexing import SEARCH_INDEX, SEARCH_REBUILD

JOBS = (
    *(REBUILD_DOCUMENTS, REBUILD_PRODUCTS, PRICE_BOUNDARY, PUBLICATION_BOUNDARY),
    *(SEARCH_INDEX, SEARCH_REBUILD, MAKE_LEGACY),
)
