"""Values of an entity by store, resolved into our scopes.

A row of a store counts in that store, also an empty one; otherwise the row of store 0 does. An attribute of website
scope is stored for each store of the website: the row of the default view holds for all of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catalog.legacy.meanings import Meaning
from catalog.legacy.shops import Shop, Store, Website
from catalog.legacy.tables import VALUE_TABLES
from chassis.mirrors import Found, Row, Rows

Note = Callable[[str, str], None]
"""Takes a finding's code and detail."""


@dataclass
class Notes:
    """Findings about one thing, collected while it is read."""

    owner: str
    found: list[Found] = field(default_factory=list)

    def __call__(self, code: str, detail: str = "") -> None:
        self.found.append(Found(owner=self.owner, code=code, detail=detail))

    def whole(self, code: str, detail: str = "") -> None:
        """The thing itself is left out."""
        self.found.append(Found(owner=self.owner, code=code, detail=detail, whole=True))


@dataclass(frozen=True, kw_only=True)
class Values:
    """One entity's values: attribute code -> store -> value."""

    shop: Shop
    meanings: Mapping[str, Meaning]
    rows: Mapping[str, Mapping[int, str | None]]

    def default(self, code: str) -> str | None:
        """The value for all stores."""
        return self.rows.get(code, {}).get(0)

    def at(self, code: str, store: Store | None) -> str | None:
        """The value in a view as Magento shows it."""
        rows = self.rows.get(code, {})
        return rows[store.id] if store and store.id in rows else rows.get(0)

    def of(self, code: str, site: Website) -> str | None:
        """The value in a website."""
        meaning = self.meanings.get(code)
        return self.default(code) if meaning and meaning.scope == "global" else self.at(code, site.default)

    def scoped(self, code: str, note: Note) -> dict[str, str]:
        """The values by our scopes, as wide as the attribute allows; what is lost by that is noted."""
        meaning, rows = self.meanings[code], self.rows.get(code, {})
        default = rows.get(0)
        found = {"": default} if default else {}
        if not rows.keys() - {0}:
            return found
        if meaning.scope == "view":
            found.update(self._by_view(code, rows, default, note))
        elif meaning.scope == "channel":
            found.update(self._by_channel(code, rows, default, note))
        else:
            for store, value in rows.items():
                if store in self.shop.stores and (value or "") != (default or ""):
                    note("value_outside_scope", f"{code} in {self.shop.stores[store].code}")
        return found

    def _by_view(
        self, code: str, rows: Mapping[int, str | None], default: str | None, note: Note
    ) -> Iterable[tuple[str, str]]:
        stores = self.shop.stores
        for store, value in sorted(rows.items()):
            if store in stores and value:
                yield stores[store].scope, value
            elif store in stores and default:
                note("blank_in_view", f"{code} in {stores[store].code}")

    def _by_channel(
        self, code: str, rows: Mapping[int, str | None], default: str | None, note: Note
    ) -> Iterable[tuple[str, str]]:
        for site in self.shop.websites.values():
            value = self.at(code, site.default)
            others = {self.at(code, store) or "" for store in site.stores if store.active}
            if others - {value or ""}:
                note("views_of_a_website_differ", f"{code} in {site.code}")
            if value and value != default:
                yield site.scope, value
            elif default and not value:
                note("blank_in_view", f"{code} in {site.code}")


def moment(text: str | None) -> datetime | None:
    """A stored time, which is UTC; None for none and for a zero date."""
    if not text or text.startswith("0000"):
        return None
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def labels(shop: Shop, rows: Iterable[Row], column: str) -> dict[str, str]:
    """Texts of stores by our scopes; that of all stores is global, empty ones are none."""
    scopes = {0: "", **{id_: store.scope for id_, store in shop.stores.items()}}
    found = {(int(row["store_id"] or 0)): row[column] for row in rows}
    return {scopes[store]: text for store, text in sorted(found.items()) if store in scopes and text}


def values_of(shop: Shop, meanings: Mapping[str, Meaning], entity: str, rows: Rows, note: Note) -> Values:
    """The values of an entity out of its five tables; a value in a table that is not its attribute's is none."""
    by_code = {meaning.code: meaning for meaning in meanings.values()}
    found: dict[str, dict[int, str | None]] = {}
    for backend in VALUE_TABLES:
        for row in rows.all(f"{entity}_{backend}"):
            meaning = meanings.get(row["attribute_id"] or "")
            if meaning is None:
                note("unknown_attribute", row["attribute_id"] or "")
            elif meaning.backend != backend:
                note("value_in_wrong_table", f"{meaning.code} in {backend}")
            elif meaning.why:
                note("attribute_not_carried", meaning.code)
            else:
                found.setdefault(meaning.code, {})[int(row["store_id"] or 0)] = row["value"]
    return Values(shop=shop, meanings=by_code, rows=found)
