"""Which products a search finds, in which order: asked of the kept rows in one statement.

Magento compares texts without regard to case, accents and trailing blanks, and numbers as numbers. What its own
database leaves open, the order of equal ones, is by id here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connections

from catalog.legacy.dialect.criteria import Criteria, Filter, Sort
from catalog.legacy.dialect.errors import NotHere, Refused
from catalog.legacy.dialect.facts import Fact, Facts
from catalog.legacy.dialect.shelf import ENTITY
from catalog.legacy.models import MagentoRow

ROWS = MagentoRow._meta.db_table
STATIC = {"entity_id": True, "sku": False, "type_id": False, "attribute_set_id": True}
"""Columns of the product itself, and whether they are numbers."""
COMPARED = {"eq": "=", "neq": "<>", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "from": ">=", "to": "<=",
            "moreq": ">="}  # fmt: skip
# The order and equality of utf8's *_general_ci: accents off, capitals.
FOLD = "upper(regexp_replace(normalize(rtrim({}), NFD), '[\u0300-\u036f]', '', 'g'))"
MOST_IN_CATEGORIES = 50_000
# Magento joins these to every list, so that what lacks them is in none.
ALWAYS = ("status", "visibility")


@dataclass(frozen=True, kw_only=True)
class Page:
    """Ids of the products of a page and how many there are in all."""

    ids: Sequence[str]
    total: int


def find(facts: Facts, criteria: Criteria) -> Page:
    """A page of the products that are searched for. Raises Refused for an unknown field, NotHere for what is beyond."""
    asked = Search(facts)
    for group in criteria.groups:
        asked.where(group)
    if facts.store and any(sort.field == "price" for sort in criteria.sorts):
        raise NotHere("an order by price, which Magento takes from an index that is not carried")
    sql, values = asked.page(criteria)
    rows = ask(sql, values)
    if rows or criteria.page == 1:
        return Page(ids=[row[0] for row in rows], total=rows[0][1] if rows else 0)
    return Page(ids=[], total=ask(*asked.count())[0][0])


def ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of the catalogue's database."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


class Search:
    """One SELECT over the rows of products: first what is said of each in one pass, then what is asked of that.

    One pass and no joins: nothing tells PostgreSQL how many rows hold an attribute, and it would guess one.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.said: list[Fact] = []
        self.places = ""
        self.place_values: list[Any] = []
        self.conditions: list[str] = []
        self.values: list[Any] = []
        for code in ALWAYS:
            self.conditions.append(f"{self._value(code)} IS NOT NULL")

    def where(self, group: Sequence[Filter]) -> None:
        """Add a group of conditions of which one must hold."""
        if len({one.field for one in group}) > 1:
            raise NotHere("several fields of which one must hold")
        if group[0].field == "category_id":
            self._in_category(group)
            return
        parts = []
        for one in group:
            sql, values = self._condition(one)
            parts.append(sql)
            self.values += values
        self.conditions.append(f"({' OR '.join(parts)})")

    def _in_category(self, group: Sequence[Filter]) -> None:
        """Those that lie in a category itself, not in one below."""
        if any(one.condition not in ("eq", "in") for one in group):
            raise NotHere("not in a category")
        ids = [value for one in group for value in (one.values if one.condition == "in" else [one.value.strip()])]
        # Asked by itself: nothing tells PostgreSQL how many there are, and it would join them one by one.
        rows = ask(
            f"""SELECT DISTINCT owner FROM {ROWS} WHERE source = %s AND "table" = 'catalog_category_product'
                AND after IS NOT NULL AND jsonb_extract_path_text(after::jsonb, 'category_id') = ANY(%s) LIMIT %s""",
            [self.facts.source, ids, MOST_IN_CATEGORIES + 1],
        )
        if len(rows) > MOST_IN_CATEGORIES:
            raise NotHere("more products than are looked at here")
        self.places += " AND owner = ANY(%s)"
        self.place_values.append([row[0] for row in rows])

    def _condition(self, one: Filter) -> tuple[str, list[Any]]:
        expression, numeric = self._expression(one.field)
        if one.condition in ("like", "nlike"):
            pattern = one.value.rstrip()
            if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
                raise NotHere("a pattern that ends in the middle of an escape")
            word = "LIKE" if one.condition == "like" else "NOT LIKE"
            return f"{FOLD.format(f'({expression})::text')} {word} {FOLD.format('%s')}", [one.value]
        if one.condition in ("in", "nin"):
            values: list[Any] = [_number(value) if numeric else value for value in one.values]
            listed = ", ".join(["%s" if numeric else FOLD.format("%s")] * len(values))
            column = expression if numeric else FOLD.format(expression)
            return f"{column} {'NOT ' if one.condition == 'nin' else ''}IN ({listed})", values
        sign = COMPARED[one.condition]
        if numeric:
            return f"{expression} {sign} %s", [_number(one.value)]
        return f"{FOLD.format(expression)} {sign} {FOLD.format('%s')}", [one.value]

    def _expression(self, name: str) -> tuple[str, bool]:
        """SQL for a field and whether it is a number."""
        if name in STATIC:
            column = f"jsonb_extract_path_text(e::jsonb, '{name}')"
            return (f"({column})::numeric", True) if STATIC[name] else (column, False)
        fact = self._fact(name)
        column = self._value(name)
        return (f"({column})::numeric", True) if fact.backend in ("int", "decimal") else (column, False)

    def _fact(self, name: str) -> Fact:
        fact = self.facts.product_codes.get(name)
        if fact is None:
            raise Refused(400, "Invalid attribute name: %1", [name[:255]])
        if fact.backend not in ("varchar", "int", "decimal", "text", "datetime"):
            raise NotHere(f"the field {name[:80]}")
        return fact

    def _value(self, code: str) -> str:
        """SQL for an attribute's value in the store."""
        fact = self._fact(code)
        if fact not in self.said:
            self.said.append(fact)
        return f"v{self.said.index(fact)}"

    def page(self, criteria: Criteria) -> tuple[str, list[Any]]:
        """The statement for a page: ids, and the number of all beside each."""
        order = ", ".join([*(self._order(sort) for sort in criteria.sorts), "owner::bigint"])
        sql, values = self._select("owner, count(*) OVER ()")
        start = (criteria.page - 1) * criteria.page_size
        return f"{sql} ORDER BY {order} LIMIT %s OFFSET %s", [*values, criteria.page_size, start]

    def count(self) -> tuple[str, list[Any]]:
        """The statement that counts all."""
        return self._select("count(*)")

    def all(self) -> tuple[str, list[Any]]:
        """The statement for the ids of all, to be part of another."""
        return self._select("owner")

    def _order(self, sort: Sort) -> str:
        fact = self.facts.product_codes.get(sort.field)
        if sort.field not in STATIC and fact and fact.source:
            raise NotHere("an order by the labels of options")
        expression, numeric = self._expression(sort.field)
        column = expression if numeric else f'{FOLD.format(expression)} COLLATE "C"'
        return f"{column} {'DESC NULLS LAST' if sort.descending else 'ASC NULLS FIRST'}"

    def _select(self, columns: str) -> tuple[str, list[Any]]:
        said = "".join(
            f""", (array_agg(value ORDER BY store DESC) FILTER (
                WHERE "table" = '{ENTITY}_{fact.backend}' AND attribute = %s))[1] AS v{number}"""
            for number, fact in enumerate(self.said)
        )
        ids = [fact.id for fact in self.said]
        held = " OR ".join(["strpos(after, %s) > 0"] * len(ids))
        tables = sorted({ENTITY, *(f"{ENTITY}_{fact.backend}" for fact in self.said)})
        stores = sorted({0, self.facts.store_id})
        sql = f"""WITH said AS MATERIALIZED (
            SELECT owner, max(after) FILTER (WHERE "table" = '{ENTITY}') AS e{said} FROM (
                SELECT owner, "table", after, jsonb_extract_path_text(j, 'attribute_id') AS attribute,
                    (jsonb_extract_path_text(j, 'store_id'))::int AS store, jsonb_extract_path_text(j, 'value') AS value
                FROM (SELECT owner, "table", after, after::jsonb AS j FROM {ROWS}
                    WHERE source = %s AND kind = 'product' AND after IS NOT NULL AND "table" = ANY(%s)
                    AND ("table" = '{ENTITY}' OR {held}){self.places} OFFSET 0) r) r
            WHERE "table" = '{ENTITY}' OR (attribute = ANY(%s) AND store = ANY(%s)) GROUP BY owner)
            SELECT {columns} FROM said WHERE e IS NOT NULL AND {" AND ".join(self.conditions)}"""
        patterns = [f'"attribute_id":"{id_}"' for id_ in ids]
        values = [*ids, self.facts.source, tables, *patterns, *self.place_values, ids, stores, *self.values]
        return sql, values


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise NotHere("a number that is none") from None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise NotHere("a number that is none")
    return value
