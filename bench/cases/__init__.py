"""The cases, in the order in which they run.

A case is a module with `run(bench)`, which adds figures; where it has `prepare(bench)`, that runs before, while the
servers are up and no process of the shop is.
"""

from types import ModuleType

from bench.cases import (
    cart,
    checkout,
    events,
    importing,
    listing,
    place,
    product,
    quote,
    search,
    start,
    variants,
    visible,
)

ALL: dict[str, ModuleType] = {
    "start": start,
    "product": product,
    "listing": listing,
    "search": search,
    "quote": quote,
    "variants": variants,
    "cart": cart,
    "place": place,
    "checkout": checkout,
    "events": events,
    "import": importing,
    "visible": visible,
}
