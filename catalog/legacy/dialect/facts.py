"""Which stores, attributes and kinds of links the shop has: what every answer needs, read anew for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.legacy.dialect.errors import NotHere
from catalog.legacy.meanings import CATEGORY, PRODUCT
from catalog.legacy.shops import Shop, Store, Website, shop_of
from catalog.legacy.tables import MIRROR
from chassis.mirrors import Row, Rows

ADMIN_CODE = "all"
GLOBAL, VIEW = "1", "0"
# An attribute's own row says global even where prices are per website: their backend decides by that setting.
_PRICES = "Price"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An attribute as its row has it."""

    id: str
    code: str
    backend: str
    input: str
    scope: str
    label: str
    price: bool
    source: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The shop seen from one of its stores; `store` is None for `all`, Magento's store 0."""

    shop: Shop
    store: Store | None
    products: Mapping[str, Fact]
    categories: Mapping[str, Fact]
    sets: Mapping[str, frozenset[str]]

    @property
    def source(self) -> str:
        """The shop's name as a source."""
        return self.shop.source

    @property
    def store_id(self) -> int:
        """Magento's number of the store."""
        return self.store.id if self.store else 0

    @property
    def website(self) -> Website | None:
        """The store's website."""
        return self.shop.websites[self.store.website] if self.store else None

    @cached_property
    def product_codes(self) -> Mapping[str, Fact]:
        """The attributes of products by their code."""
        return {fact.code: fact for fact in self.products.values()}


def facts_of(source: str, store: str) -> Facts:
    """The shop as it is kept now. Raises NotHere for a store that it does not have or has closed."""
    shop = shop_of(source)
    products, categories = _attributes(source)
    return Facts(
        shop=shop, store=_store(shop, store), products=products, categories=categories, sets=_sets(source)
    )  # fmt: skip


def _store(shop: Shop, code: str) -> Store | None:
    if code == ADMIN_CODE:
        return None
    if not code:
        return default_store(shop)
    for store in shop.stores.values():
        if store.code == code and store.active:
            return store
    raise NotHere("no such open store")


def default_store(shop: Shop) -> Store:
    """The store that answers where none is named: the default one of the default website."""
    for id_, rows in MIRROR.rows_of(shop.source, "website", tables=["store_website"]).items():
        row = rows.one("store_website")
        site = shop.websites.get(int(id_))
        if row and row["is_default"] == "1" and site and site.default and site.default.active:
            return site.default
    raise NotHere("no default store")


def _attributes(source: str) -> tuple[dict[str, Fact], dict[str, Fact]]:
    types = MIRROR.rows_of(source, "entity_type", tables=["eav_entity_type"])
    names = {id_: row["entity_type_code"] for id_, rows in types.items() if (row := rows.one("eav_entity_type"))}
    found: dict[str, dict[str, Fact]] = {PRODUCT: {}, CATEGORY: {}}
    known = MIRROR.rows_of(source, "attribute", tables=["eav_attribute", "catalog_eav_attribute"])
    for id_, rows in known.items():
        row = rows.one("eav_attribute")
        entity = names.get(row["entity_type_id"] or "") if row else None
        if row and entity in found:
            found[entity][id_] = _fact(row, rows)
    return found[PRODUCT], found[CATEGORY]


def _fact(row: Row, rows: Rows) -> Fact:
    return Fact(
        id=row["attribute_id"] or "",
        code=row["attribute_code"] or "",
        backend=row["backend_type"] or "",
        input=row["frontend_input"] or "",
        scope=(rows.one("catalog_eav_attribute") or {}).get("is_global") or GLOBAL,
        label=row["frontend_label"] or "",
        price=row["frontend_input"] == "price" and (row.get("backend_model") or "").endswith(_PRICES),
        source=bool(row.get("source_model")),
    )


def _sets(source: str) -> dict[str, frozenset[str]]:
    """Attribute ids of each attribute set."""
    kept = MIRROR.rows_of(source, "attribute_set", tables=["eav_entity_attribute"])
    return {
        id_: frozenset(row["attribute_id"] or "" for row in rows.all("eav_entity_attribute"))
        for id_, rows in kept.items()
    }


def values_of(
    facts: Mapping[str, Fact], entity: str, rows: Rows, store: int, *, globally: frozenset[str] = frozenset()
) -> dict[str, str | None]:
    """An entity's values in a store by attribute code: the store's row, also an empty one, else store 0's.

    Of the attributes `globally` only store 0's rows count. A value in a table that is not its attribute's is none.
    """
    found: dict[str, tuple[int, str | None]] = {}
    for backend in ("varchar", "int", "decimal", "text", "datetime"):
        for row in rows.all(f"{entity}_{backend}"):
            fact = facts.get(row["attribute_id"] or "")
            if fact is None or fact.backend != backend:
                continue
            of = int(row["store_id"] or 0)
            wanted = (0,) if fact.code in globally else (0, store)
            if of in wanted and of >= found.get(fact.code, (0, None))[0]:
                value = row["value"]
                found[fact.code] = (of, moment(value) if backend == "datetime" else value)
    return {code: value for code, (_, value) in found.items()}


def number(text: str | None) -> int | float | None:
    """A stored number as PHP writes it in JSON: without a fraction where there is none."""
    if text is None or text == "":
        return None
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def whole(text: str | None) -> int:
    """A stored whole number, 0 for none."""
    return int(float(text)) if text else 0


def moment(text: str | None) -> str | None:
    """A kept time as Magento tells it: in UTC without saying so."""
    return None if text is None else text.removesuffix("Z").replace("T", " ", 1)
