"""What there is to decide while reads are moved over, as data. A flag that nobody has touched stands at its default."""

from collections.abc import Mapping
from dataclasses import dataclass

LEGACY, SHADOW, OURS = "legacy", "shadow", "ours"
READS, WRITES = "reads", "writes"
MODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    READS: {LEGACY: (SHADOW, OURS), SHADOW: (LEGACY, OURS), OURS: (LEGACY, SHADOW)},
    WRITES: {OURS: (LEGACY,), LEGACY: (OURS,)},
}
"""From which state to which, by kind. Setting another percentage in the same state is no change of state."""
DEFAULTS: Mapping[str, str] = {READS: LEGACY, WRITES: OURS}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A flag: of which kind, about what, and of which domain."""

    name: str
    kind: str
    title: str
    domain: str


CATALOGUE: Mapping[str, Known] = {
    known.name: known
    for known in (
        Known(name="reads.product", kind=READS, title="a product by its SKU", domain="catalog"),
        Known(name="reads.category", kind=READS, title="categories and their tree", domain="catalog"),
        Known(name="reads.search", kind=READS, title="lists of products", domain="catalog"),
        Known(name="reads.stock", kind=READS, title="stock and what may be sold", domain="logistics"),
        Known(name="reads.address", kind=READS, title="pages at addresses of the old shop", domain="catalog"),
        *(
            Known(name=f"writes.{domain}", kind=WRITES, title=f"what the API of {domain} writes", domain=domain)
            for domain in ("catalog", "commerce", "identity", "logistics", "postpurchase")
        ),
    )
}
PRODUCT, CATEGORY, SEARCH = CATALOGUE["reads.product"], CATALOGUE["reads.category"], CATALOGUE["reads.search"]
STOCK, ADDRESS = CATALOGUE["reads.stock"], CATALOGUE["reads.address"]


def owner_flag(domain: str) -> Known | None:
    """The flag that says who writes what a domain has; None for a domain that the old shop never had a part of."""
    return CATALOGUE.get(f"writes.{domain}")
