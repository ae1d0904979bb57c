"""Pinned products put into their places in a list that is otherwise in order. Pure."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID


def places(pins: Mapping[int, UUID], matched: Collection[UUID], *, total: int) -> dict[int, UUID]:
    """Where (from 0) the pinned products stand that are found at all, in a list of `total` with them.

    One whose place is taken comes next, and one that would be behind the end is at the end.
    """
    first: dict[UUID, int] = {}
    for place, product in sorted(pins.items()):
        if product in matched:
            first.setdefault(product, place - 1)
    found: dict[int, UUID] = {}
    after = 0
    for number, (product, place) in enumerate(first.items()):
        after = max(place, after)
        found[min(after, total - len(first) + number)] = product
        after += 1
    return found


def page(placed: Mapping[int, UUID], fetch: Callable[[int, int], list[UUID]], *, offset: int, limit: int) -> list[UUID]:
    """A page of the whole list; `fetch` reads offset and limit of the list without those that are placed."""
    before = sum(place < offset for place in placed)
    within = {place: product for place, product in placed.items() if offset <= place < offset + limit}
    others = iter(fetch(offset - before, limit - len(within)) if limit > len(within) else [])
    ids = []
    for place in range(offset, offset + limit):
        product = within[place] if place in within else next(others, None)
        if product is not None:
            ids.append(product)
    return ids
