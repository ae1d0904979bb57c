"""Which attributes this release understands, and why it does not understand the others.

An attribute is understood when its input, its storage and its option list are ones that Magento itself
ships. One with a class of an extension behind it may mean anything; it is listed, its raw values are still
carried as rows, and a domain decides.
"""

from dataclasses import dataclass

from strangler.source import Source

INPUTS = {
    "boolean", "date", "datetime", "file", "gallery", "hidden", "image", "media_image", "multiline",
    "multiselect", "price", "select", "text", "textarea", "texteditor", "pagebuilder", "weight",
    "swatch_text", "swatch_visual",
}  # fmt: skip
PARKED_INPUTS = {"weee": "fixed product tax: a later release"}
STORAGES = {"varchar", "int", "decimal", "text", "datetime", "static"}
ENTITY_TYPES = {
    "catalog_category", "catalog_product", "customer", "customer_address",
    "order", "invoice", "shipment", "creditmemo",
}  # fmt: skip
# Namespaces whose classes this map was made from.
KNOWN_VENDORS = ("Magento\\", "PayPal\\", "Temando\\")


@dataclass(frozen=True, kw_only=True)
class NotUnderstood:
    """An attribute outside the known schema, the reason, and how many values it has."""

    entity_type: str
    code: str
    reason: str
    values: int


def read_not_understood(source: Source, *, entity_tables: dict[str, str]) -> tuple[NotUnderstood, ...]:
    """Every attribute that is not understood. `entity_tables` maps entity types to their tables."""
    rows = source.rows(
        "SELECT a.attribute_id, t.entity_type_code, a.attribute_code, a.backend_type, a.backend_table,"
        " a.frontend_input, a.backend_model, a.source_model FROM {eav_attribute} a"
        " JOIN {eav_entity_type} t ON t.entity_type_id = a.entity_type_id ORDER BY 2, 3"
    )
    found = []
    for row in rows:
        reason = _reason(row)
        if reason:
            kind = str(row["entity_type_code"])
            found.append(NotUnderstood(
                entity_type=kind, code=str(row["attribute_code"]), reason=reason,
                values=_values(source, entity_tables.get(kind, ""), row)))  # fmt: skip
    return tuple(found)


def _reason(row: dict[str, object]) -> str:
    if row["entity_type_code"] not in ENTITY_TYPES:
        return f"unknown entity type {row['entity_type_code']}"
    if row["backend_type"] not in STORAGES:
        return f"unknown storage {row['backend_type']}"
    if row["backend_table"]:
        return f"values in a table of its own, {row['backend_table']}"
    if row["frontend_input"] in PARKED_INPUTS:
        return PARKED_INPUTS[str(row["frontend_input"])]
    if row["frontend_input"] is not None and row["frontend_input"] not in INPUTS:
        return f"unknown input {row['frontend_input']}"
    for role, model in (("values", row["backend_model"]), ("options", row["source_model"])):
        name = str(model or "").lstrip("\\")
        if name and not name.startswith(KNOWN_VENDORS):
            return f"its {role} are made by an extension: {name}"
    return ""


def _values(source: Source, entity_table: str, row: dict[str, object]) -> int:
    table = f"{entity_table}_{row['backend_type']}"
    if not entity_table or table not in source.schema():
        return 0
    return int(source.value(f"SELECT COUNT(*) FROM {source.quoted(table)} WHERE attribute_id = %s",
                            (row["attribute_id"],)))  # fmt: skip
