"""Which taxes are due at a place. Pure.

Of the rates of one tax (its code and priority) that of the most exact area counts; different taxes all count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.pricing.taxation import Tax

Due = dict[str, tuple[Tax, ...]]
"""Taxes by class of goods."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where goods are sent to, as exactly as it is known."""

    country: str
    region: str = ""
    postcode: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.country, self.region, self.postcode) if part) or "no country"


@dataclass(frozen=True, kw_only=True)
class Area:
    """A country, or the part of it with this region and these post codes (`90210`, `90*` or `90000..91000`)."""

    country: str
    region: str = ""
    postcodes: str = ""

    def has(self, place: Place) -> bool:
        return (
            self.country == place.country
            and self.region in ("", place.region)
            and (not self.postcodes or in_postcodes(place.postcode, self.postcodes))
        )

    @property
    def exactness(self) -> tuple[bool, int, int]:
        """Larger for a smaller area: a region above a country, one post code above many."""
        several = ".." in self.postcodes or self.postcodes.endswith("*")
        return bool(self.region), 0 if not self.postcodes else 1 if several else 2, len(self.postcodes)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A tax on a class of goods in an area."""

    tax_class: str
    tax: Tax
    area: Area


def due(rates: Iterable[Rate], place: Place) -> Due:
    """The taxes at a place by class of goods."""
    best: dict[tuple[str, str, int], Rate] = {}
    for rate in rates:
        key = (rate.tax_class, rate.tax.code, rate.tax.priority)
        known = best.get(key)
        if rate.area.has(place) and (known is None or known.area.exactness < rate.area.exactness):
            best[key] = rate
    found: dict[str, list[Tax]] = {}
    for _, rate in sorted(best.items()):
        found.setdefault(rate.tax_class, []).append(rate.tax)
    return {tax_class: tuple(taxes) for tax_class, taxes in found.items()}


def in_postcodes(postcode: str, pattern: str) -> bool:
    """Whether a post code is meant by `90210`, `90*` or `90000..91000`."""
    code = postcode.strip().casefold()
    first, range_, last = pattern.partition("..")
    if range_:
        digits = code.partition("-")[0]
        return all(part.isdecimal() for part in (digits, first, last)) and int(first) <= int(digits) <= int(last)
    if pattern.endswith("*"):
        return bool(code) and code.startswith(pattern[:-1].casefold())
    return code == pattern.casefold()
