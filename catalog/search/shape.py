"""What an index knows beside the fields that every index has: it is made anew when it is asked to know more."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections

from catalog.pricing.lists import known_groups


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The customer groups whose prices an index knows, and the attributes that it can sort by, in a fixed order."""

    groups: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    @property
    def price_fields(self) -> list[str]:
        """The field of everybody's price, and one for each group."""
        return ["price", *(f"price_{place}" for place in range(len(self.groups)))]

    def price_field(self, group: str) -> str:
        """The field of a group's price: everybody's for one that the index does not know."""
        return f"price_{self.groups.index(group)}" if group in self.groups else "price"

    @property
    def sort_fields(self) -> dict[str, str]:
        """The field that has an attribute's sort keys, by attribute."""
        return {code: f"by_{place}" for place, code in enumerate(self.attributes)}

    def knows(self, attributes: Sequence[str]) -> bool:
        """Whether it can sort by all of these."""
        return set(attributes) <= set(self.attributes)


def wanted() -> Shape:
    """What an index that is made now shall know."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code FROM catalog_attribute WHERE sortable ORDER BY code")
        return Shape(groups=tuple(known_groups()), attributes=tuple(code for (code,) in cursor.fetchall()))
