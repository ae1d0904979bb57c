"""Attribute sets as product types, and classes of goods for tax."""

from collections.abc import Iterable

from catalog.catalog.sorting import slug_of
from catalog.commands import DefineProductType, define_product_type
from catalog.legacy import made
from catalog.legacy.meanings import PRODUCT
from catalog.legacy.tables import MIRROR
from catalog.product.models import Attribute
from chassis.ids import migrated_id
from chassis.mirrors import Found

UNTAXED = "none"


def type_code(source: str, attribute_set: str) -> str:
    """The code of an attribute set's product type."""
    return f"{source}-{attribute_set}"


def make_attribute_sets(source: str, owners: list[str]) -> None:
    """Define the product types; products that lacked one are due again."""
    types = MIRROR.rows_of(source, "entity_type", tables=["eav_entity_type"])
    codes = {id_: row["entity_type_code"] for id_, rows in types.items() if (row := rows.one("eav_entity_type"))}
    known = {str(ids.get(source)): code for ids, code in Attribute.objects.values_list("external_id", "code")}
    found: list[Found] = []
    commands = {}
    for owner, rows in MIRROR.rows_of(source, "attribute_set", owners).items():
        row = rows.one("eav_attribute_set")
        if row is None:
            continue
        if codes.get(row["entity_type_id"] or "") != PRODUCT:
            found.append(Found(owner=owner, code="not_of_products", whole=True))
            continue
        members = {known.get(member["attribute_id"] or "") for member in rows.all("eav_entity_attribute")}
        commands[owner] = DefineProductType(
            code=type_code(source, owner),
            name=row["attribute_set_name"] or owner,
            attributes=tuple(sorted(code for code in members if code)),
            id=migrated_id(source, "attribute_set", owner),
            external_id={source: owner},
        )
    changed = made.changed(source, "attribute_set", commands)
    for owner in changed:
        define_product_type(commands[owner])
    if changed:
        MIRROR.touch_found(source, "product", ["unknown_attribute_set"])
    MIRROR.replace_findings(source, "attribute_set", owners, found)


def make_tax_classes(source: str, owners: list[str]) -> None:
    """A class of goods is a code on products; its rates come with the tax rules."""
    rows = MIRROR.rows_of(source, "tax_class", owners)
    found = [
        Found(owner=owner, code="class_of_customers", whole=True)
        for owner, several in rows.items()
        if (row := several.one("tax_class")) and row["class_type"] != "PRODUCT"
    ]
    MIRROR.replace_findings(source, "tax_class", owners, found)
    if made.changed(source, "tax_classes", {"all": tax_classes(source)}):
        MIRROR.touch_all(source, "product")
        MIRROR.touch_all(source, "tax_rule")


def tax_classes(source: str) -> dict[str, str]:
    """Codes of the classes of goods by Magento's id: their names, with the id where a name occurs twice."""
    rows = MIRROR.rows_of(source, "tax_class")
    names = {
        owner: slug_of(row["class_name"] or "")
        for owner, several in rows.items()
        if (row := several.one("tax_class")) and row["class_type"] == "PRODUCT"
    }
    return {owner: _code(owner, name, names.values()) for owner, name in names.items()}


def _code(owner: str, name: str, names: Iterable[str]) -> str:
    if not name or name == UNTAXED:
        return f"class-{owner}"
    return name if list(names).count(name) == 1 else f"{name}-{owner}"
