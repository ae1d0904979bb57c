"""Which product a SKU is, and of which others' stock it is sold: for those who tell its stock."""

from django.db import connections

from catalog.legacy.compositions import LINK, MEMBER
from catalog.legacy.dialect.facts import facts_of, values_of
from catalog.legacy.dialect.shelf import ENTITY, SELECTION, SUPER, Shelf, read_shelf
from catalog.legacy.models import MagentoRow
from chassis.mirrors import Row
from contracts.dialect import MadeOf

ROWS = MagentoRow._meta.db_table
LONGEST_SKU = 255


def product_id(source: str, sku: str) -> str:
    """Magento's id of a SKU, which it compares without regard to case and trailing blanks; the oldest of several."""
    if not sku.strip() or len(sku) > LONGEST_SKU or "\x00" in sku:
        return ""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT owner FROM {ROWS} WHERE source = %s AND "table" = '{ENTITY}' AND after IS NOT NULL
                AND lower(rtrim(jsonb_extract_path_text(after::jsonb, 'sku'))) = lower(rtrim(%s))
                ORDER BY owner::bigint LIMIT 1""",
            [source, sku],
        )
        row = cursor.fetchone()
    return row[0] if row else ""


def made_of(source: str, sku: str) -> MadeOf | None:
    """What a product is sold as: variants, members of a group, choices of each option that a bundle asks for."""
    if not (id_ := product_id(source, sku)):
        return None
    facts = facts_of(source, "all")
    shelf = read_shelf(facts, [id_])
    product = shelf.entity(id_) or {}
    status = values_of(facts.products, ENTITY, shelf.products[id_], 0).get("status")
    return MadeOf(sku=product.get("sku") or sku, enabled=status == "1", groups=tuple(_groups(shelf, product)))


def _groups(shelf: Shelf, product: Row) -> list[tuple[str, ...]]:
    id_ = product.get("entity_id") or ""
    rows, own = shelf.compositions[id_], shelf.products[id_]
    match product.get("type_id"):
        case "configurable":
            return [_skus(shelf, [row["product_id"] for row in own.all(SUPER)])]
        case "grouped":
            types = {key: several.one(f"{LINK}_type") or {} for key, several in shelf.link_types.items()}
            members = [row for row in rows.all(LINK) if types.get(row["link_type_id"] or "", {}).get("code") == MEMBER]
            return [_skus(shelf, [row["linked_product_id"] for row in members])]
        case "bundle":
            asked = [row["option_id"] for row in rows.all("catalog_product_bundle_option") if row["required"] == "1"]
            choices = rows.all(SELECTION)
            return [_skus(shelf, [row["product_id"] for row in choices if row["option_id"] == one]) for one in asked]
    return []


def _skus(shelf: Shelf, ids: list[str | None]) -> tuple[str, ...]:
    return tuple(row["sku"] or "" for id_ in ids if (row := shelf.entity(id_ or "")))
