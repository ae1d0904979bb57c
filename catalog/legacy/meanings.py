"""What the attributes of an entity mean: where their values are, for which scope, and what kind they are here.

Some attributes are no attributes here but what a product itself says (its name, price, pictures …): FACTS.
"""

from dataclasses import dataclass

from catalog.legacy.tables import MIRROR, VALUE_TABLES
from chassis.mirrors import Row, Rows

PRODUCT, CATEGORY = "catalog_product", "catalog_category"
TEXTS = {
    "name": "name",
    "description": "description",
    "short_description": "short_description",
    "meta_title": "meta_title",
    "meta_description": "meta_description",
    "meta_keyword": "meta_keywords",
}
FACTS = frozenset(
    {*TEXTS, "price", "special_price", "special_from_date", "special_to_date", "status", "visibility"}
    | {"tax_class_id", "weight", "url_key", "sku", "media_gallery", "cost", "msrp", "tier_price"}
)
# Computed by Magento out of others, so nothing is lost.
DERIVED = frozenset({"url_path", "has_options", "required_options", "created_at", "updated_at", "category_ids"})
# Attributes whose options are rows and not made by a class.
ROW_OPTIONS = frozenset({"", "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Table"})
_SCOPES = {"0": "view", "1": "global", "2": "channel"}


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """An attribute. `kind` is what it is here, empty if it is none here; `why` says why a value is not carried."""

    id: str
    code: str
    backend: str
    input: str
    scope: str
    kind: str
    label: str
    facts: Row
    why: str = ""

    @property
    def role(self) -> bool:
        """Whether its values name pictures."""
        return self.input == "media_image"


def meanings_of(source: str, entity: str, *, prices_per_website: bool) -> dict[str, Meaning]:
    """All attributes of an entity type that have arrived, by id."""
    types = MIRROR.rows_of(source, "entity_type", tables=["eav_entity_type"])
    names = {owner: row["entity_type_code"] for owner, rows in types.items() if (row := rows.one("eav_entity_type"))}
    known = MIRROR.rows_of(source, "attribute", tables=["eav_attribute", "catalog_eav_attribute"])
    found = {}
    for owner, rows in known.items():
        row = rows.one("eav_attribute")
        if row and names.get(row["entity_type_id"] or "") == entity:
            found[owner] = _meaning(row, rows, prices_per_website=prices_per_website)
    return found


def _meaning(row: Row, rows: Rows, *, prices_per_website: bool) -> Meaning:
    facts = rows.one("catalog_eav_attribute") or {}
    code, input_ = row["attribute_code"] or "", row["frontend_input"] or ""
    scope = _SCOPES.get(facts.get("is_global") or "1", "global")
    if input_ == "price" and row["backend_type"] == "decimal" and (row.get("backend_model") or "").endswith("Price"):
        # Their scope is a setting, whatever the row says.
        scope = "channel" if prices_per_website else "global"
    kind, why = _kind(row)
    return Meaning(
        id=row["attribute_id"] or "",
        code=code,
        backend=row["backend_type"] or "",
        input=input_,
        scope=scope,
        kind="" if code in FACTS or code in DERIVED or input_ == "media_image" else kind,
        label=row["frontend_label"] or code,
        facts=facts,
        why="" if code in FACTS or code in DERIVED else why,
    )


def _kind(row: Row) -> tuple[str, str]:
    """Our kind of a Magento attribute, or why it has none."""
    backend, input_ = row["backend_type"] or "", row["frontend_input"] or ""
    if input_ == "weee":
        return "", "fixed product taxes are not carried"
    if row.get("backend_table"):
        return "", f"its values are in a table of their own, {row['backend_table']}"
    if backend == "static":
        return "", ""
    if backend not in VALUE_TABLES:
        return "", f"unknown storage {backend}"
    if input_ == "boolean" and backend == "int":
        return "boolean", ""
    if input_ in ("select", "multiselect", "swatch_visual", "swatch_text"):
        if (row.get("source_model") or "").lstrip("\\") in ROW_OPTIONS:
            return ("multi_select" if input_ == "multiselect" else "select"), ""
        # Its options are made by a class: what they stand for is unknown, so the stored value is kept as it is.
        return "text", ""
    if input_ in ("textarea", "texteditor", "pagebuilder"):
        return "rich_text", ""
    if backend == "datetime":
        return ("date" if input_ == "date" else "text"), ""
    return {"int": "number", "decimal": "decimal"}.get(backend, "text"), ""
