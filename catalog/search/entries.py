"""What an index says of a product: read from the documents, the same whatever engine takes it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.search import shape

PAGE = 2000

_ROWS = """
SELECT d.product_id, d.name, d.sort_key, d.sort_keys::text, d.source::text, d.facets::text, d.categories,
       b.amount, p.created_at,
       (SELECT json_object_agg(g.customer_group, g.amount::text)::text FROM catalog_priceblock g
        WHERE g.channel = d.channel AND g.product_id = d.product_id AND g.customer_group <> '') AS group_amounts,
       (d.always_available OR EXISTS (
           SELECT 1 FROM catalog_availability a
           WHERE a.channel = d.channel AND a.sku_key = ANY(d.sku_keys) AND a.in_stock)) AS in_stock
FROM catalog_productdocument d
JOIN catalog_product p ON p.id = d.product_id
LEFT JOIN catalog_priceblock b ON b.channel = d.channel AND b.product_id = d.product_id AND b.customer_group = ''
WHERE d.view = %s AND """


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A product in a view's index. `prices` has everybody's under "" and those of groups that see others.

    `name` and `body` are empty where search shall not find it; `facets`, `numbers` and `sort_keys` are by attribute.
    """

    product: UUID
    name: str
    body: str
    skus: tuple[str, ...]
    sort_key: str
    sort_keys: Mapping[str, str]
    categories: tuple[UUID, ...]
    facets: Mapping[str, Sequence[str]]
    numbers: Mapping[str, Sequence[float]]
    prices: Mapping[str, Decimal | None]
    in_stock: bool
    created_at: datetime

    @property
    def unique_sort_key(self) -> str:
        """The id decides between equal names, so that pages neither repeat nor lose a product."""
        return f"{self.sort_key}\x01{self.product}"

    def price(self, group: str) -> Decimal | None:
        """What a group sees."""
        return self.prices.get(group, self.prices[""])


class Reader:
    """Reads a view's entries. `shape`: what an index that is made of all of them shall know."""

    def __init__(self, view: str) -> None:
        self.view = view
        self.shape = shape.wanted()
        with connections["catalog"].cursor() as cursor:
            cursor.execute("SELECT code FROM catalog_attribute WHERE filterable AND kind IN ('number', 'decimal')")
            self.numbers = {code for (code,) in cursor.fetchall()}

    def all(self) -> Iterator[Entry]:
        """Every product, a page at a time by key: no cursor is held open, memory stays flat."""
        after = UUID(int=0)
        while True:
            rows = self._rows("d.product_id > %s ORDER BY d.product_id LIMIT %s", [self.view, after, PAGE])
            yield from map(self._entry, rows)
            if len(rows) < PAGE:
                return
            after = rows[-1]["product_id"]

    def some(self, products: Sequence[UUID]) -> list[Entry]:
        """Those of these products that the view has."""
        return [self._entry(row) for row in self._rows("d.product_id = ANY(%s)", [self.view, list(products)])]

    def _rows(self, condition: str, parameters: list[Any]) -> list[dict[str, Any]]:
        with connections["catalog"].cursor() as cursor:
            cursor.execute(_ROWS + condition, parameters)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        source, facets = json.loads(row["source"]), json.loads(row["facets"]) or {}
        own = json.loads(row["group_amounts"]) if row["group_amounts"] else {}
        searched = source.get("searched", True)
        return Entry(
            product=row["product_id"],
            name=row["name"] if searched else "",
            body=str(source["body"]) if searched else "",
            skus=tuple(source["skus"]) if searched else (),
            sort_key=row["sort_key"],
            sort_keys=json.loads(row["sort_keys"]),
            categories=tuple(row["categories"]),
            facets=facets,
            numbers={code: [float(v) for v in facets[code]] for code in facets.keys() & self.numbers},
            prices={"": row["amount"], **{group: Decimal(amount) for group, amount in own.items()}},
            in_stock=bool(row["in_stock"]),
            created_at=row["created_at"],
        )
