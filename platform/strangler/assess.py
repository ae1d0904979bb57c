"""Phase 0: a read-only look at a Magento shop before anything is moved.

`assess` answers what the shop is, what will be carried, what will not and why, what is not understood, what
is dirty, and what the database's owner must change. It changes nothing and promises nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from strangler.attributes import NotUnderstood, read_not_understood
from strangler.checks import ENTITY_TABLES, Dirt, find_dirt
from strangler.columns import known_columns
from strangler.edition import Edition, read_edition
from strangler.readiness import MissingRight, Setting, read_missing_rights, read_settings
from strangler.scopes import Store, read_configuration, read_stores
from strangler.source import Position, Source
from strangler.tables import ENTITIES, Fate, carried_tables, classify

CARRIED_TYPES = frozenset({"simple", "virtual", "configurable", "bundle", "grouped", "downloadable"})
ROWS_PER_SECOND = 4_000  # extraction through the outbox into mirrors, on two cores

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TableCount:
    """A table of the source, its fate ("unknown" if no line of the map names it) and its rows."""

    table: str
    entity: str
    fate: str
    rows: int
    estimated: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class EntityCount:
    """An entity as a merchant counts it: its records, and all rows of its tables."""

    entity: str
    fate: str
    records: int
    rows: int
    why: str


@dataclass(frozen=True, kw_only=True)
class ProductType:
    """Products of a type; `carried` says whether this release moves them."""

    type: str
    products: int
    carried: bool


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """All that phase 0 found."""

    source: str
    server: str
    edition: Edition
    position: Position
    stores: tuple[Store, ...]
    entities: tuple[EntityCount, ...]
    tables: tuple[TableCount, ...]
    product_types: tuple[ProductType, ...]
    unknown_tables: tuple[TableCount, ...]
    unknown_columns: tuple[str, ...]
    unknown_attributes: tuple[NotUnderstood, ...]
    absent_tables: tuple[str, ...]
    dirt: tuple[Dirt, ...]
    missing_rights: tuple[MissingRight, ...]
    settings: tuple[Setting, ...]
    carried_rows: int
    estimated_seconds: int


def assess(source: Source, *, progress: Progress = lambda step: None) -> Assessment:
    """Look at the whole source in one snapshot. NotMagento when it is no Magento 2 shop."""
    edition = read_edition(source)
    progress("rights and settings")
    rights = read_missing_rights(source, tuple(t for e in ENTITIES if e.fate is not Fate.NEVER for t in e.tables))
    settings = read_settings(source)
    with source.snapshot() as position:
        tables = _count_tables(source, progress)
        rows_of = {count.table: count.rows for count in tables}
        progress("stores, attributes, product types")
        stores = read_stores(source, read_configuration(source))
        attributes = read_not_understood(source, entity_tables=ENTITY_TABLES)
        types = _product_types(source)
        progress("dirty rows")
        dirt = find_dirt(source, link_column=edition.link_column)
    carried_rows = sum(rows_of.get(table, 0) for table in carried_tables())
    return Assessment(
        source=source.address.shown,
        server=source.server_version,
        edition=edition,
        position=position,
        stores=stores,
        entities=_entities(rows_of),
        tables=tables,
        product_types=types,
        unknown_tables=tuple(count for count in tables if count.fate == "unknown"),
        unknown_columns=_unknown_columns(source),
        unknown_attributes=attributes,
        absent_tables=tuple(table for table in carried_tables() if table not in source.schema()),
        dirt=tuple(dirt),
        missing_rights=rights,
        settings=settings,
        carried_rows=carried_rows,
        estimated_seconds=-(-carried_rows // ROWS_PER_SECOND),
    )


def _count_tables(source: Source, progress: Progress) -> tuple[TableCount, ...]:
    """Exact numbers for all that matters; the engine's estimate for what is never carried."""
    counts = []
    for number, (name, table) in enumerate(source.schema().items(), 1):
        known = classify(name)
        fate = known.fate.value if known else "unknown"
        exact = fate != Fate.NEVER and not table.is_view
        rows = source.count(name) if exact else table.rows
        counts.append(TableCount(
            table=name, entity=known.entity if known else "", fate=fate, rows=max(rows, 0),
            estimated=not exact, why=known.why if known else "no table of Magento's own"))  # fmt: skip
        if number % 50 == 0:
            progress(f"tables counted: {number} of {len(source.schema())}")
    for name in source.foreign_tables():
        counts.append(TableCount(table=name, entity="", fate="unknown", rows=0, estimated=True,
                                 why="outside the shop's table prefix"))  # fmt: skip
    return tuple(counts)


def _entities(rows_of: dict[str, int]) -> tuple[EntityCount, ...]:
    return tuple(
        EntityCount(
            entity=entity.name, fate=entity.fate.value, records=rows_of.get(entity.counted, 0),
            rows=sum(rows_of.get(table, 0) for table in entity.tables), why=entity.why,
        )
        for entity in ENTITIES
        if any(table in rows_of for table in entity.tables)
    )  # fmt: skip


def _product_types(source: Source) -> tuple[ProductType, ...]:
    rows = source.rows("SELECT type_id, COUNT(*) AS n FROM {catalog_product_entity} GROUP BY type_id ORDER BY 2 DESC")
    return tuple(
        ProductType(type=str(r["type_id"]), products=int(r["n"] or 0), carried=r["type_id"] in CARRIED_TYPES)
        for r in rows
    )


def _unknown_columns(source: Source) -> tuple[str, ...]:
    return tuple(
        f"{table}.{column}"
        for table in carried_tables()
        if table in source.schema()
        for column in source.schema()[table].column_names
        if column not in known_columns(table)
    )
