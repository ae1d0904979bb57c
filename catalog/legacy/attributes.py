"""Product attributes with their options, labels and swatches."""

from collections.abc import Iterable, Mapping

from catalog.catalog.values import SORTABLE
from catalog.commands import DefineAttribute, OptionInput, define_attribute
from catalog.legacy import made
from catalog.legacy.meanings import DERIVED, FACTS, PRODUCT, Meaning, meanings_of
from catalog.legacy.shops import Shop, shop_of
from catalog.legacy.tables import MIRROR
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows

# Findings of products that a new attribute or option may put right.
LACKING = ("unknown_attribute", "unknown_option", "variant_without_option")
_COLOUR, _PICTURE, _TEXT = "1", "2", "0"


def make_entity_types(source: str, owners: list[str]) -> None:
    """Which attributes are products' is known now."""
    for kind in ("attribute", "attribute_set", "category", "product"):
        MIRROR.touch_all(source, kind)


def make_attributes(source: str, owners: list[str]) -> None:
    """Define the attributes; products that depend on what changed are due again."""
    shop = shop_of(source)
    meanings = meanings_of(source, PRODUCT, prices_per_website=shop.prices_per_website)
    rows = MIRROR.rows_of(source, "attribute", owners)
    ids = [o["option_id"] or "" for several in rows.values() for o in several.all("eav_attribute_option")]
    options = MIRROR.rows_of(source, "option", ids)
    found: list[Found] = []
    commands: dict[str, DefineAttribute] = {}
    for owner in owners:
        meaning = meanings.get(owner)
        if meaning is None:
            if rows[owner].one("eav_attribute"):
                found.append(Found(owner=owner, code="not_of_products", whole=True))
        elif meaning.kind:
            commands[owner] = _command(shop, meaning, rows[owner], options, found)
        else:
            found += _no_attribute(owner, meaning)
    for owner in made.changed(source, "attribute", commands):
        define_attribute(commands[owner])
    MIRROR.replace_findings(source, "attribute", owners, found)
    _tell_products(source, {owner: meanings[owner] for owner in owners if owner in meanings})


def _tell_products(source: str, meanings: Mapping[str, Meaning]) -> None:
    facts = {owner: (m.code, m.backend, m.input, m.scope, m.kind, m.why) for owner, m in meanings.items()}
    if made.changed(source, "meaning", facts):
        MIRROR.touch_all(source, "attribute_set")
        MIRROR.touch_all(source, "product")
    else:
        MIRROR.touch_found(source, "product", LACKING)


def _no_attribute(owner: str, meaning: Meaning) -> Iterable[Found]:
    """Why it is no attribute here; what a product says of itself is carried all the same."""
    if meaning.why:
        yield Found(owner=owner, code="unsupported_attribute", detail=f"{meaning.code}: {meaning.why}", whole=True)
    elif meaning.code in DERIVED:
        yield Found(owner=owner, code="derived_attribute", detail=meaning.code)
    elif meaning.code not in FACTS and not meaning.role:
        yield Found(owner=owner, code="column_of_another_table", detail=meaning.code)


def _command(
    shop: Shop, meaning: Meaning, rows: Rows, options: Mapping[str, Rows], found: list[Found]
) -> DefineAttribute:
    facts = meaning.facts
    return DefineAttribute(
        code=meaning.code,
        kind=meaning.kind,
        labels={"": meaning.label, **_by_view(shop, rows.all("eav_attribute_label"))},
        scope=meaning.scope,
        required=(rows.one("eav_attribute") or {}).get("is_required") == "1",
        filterable=facts.get("is_filterable") in ("1", "2"),
        searchable=facts.get("is_searchable") == "1",
        sortable=meaning.kind in SORTABLE and facts.get("used_for_sort_by") == "1",
        visible=facts.get("is_visible_on_front") == "1",
        position=int(facts.get("position") or 0),
        options=tuple(_options(shop, meaning, rows, options, found)),
        id=migrated_id(shop.source, "attribute", meaning.id),
        external_id={shop.source: meaning.id},
    )


def _options(
    shop: Shop, meaning: Meaning, rows: Rows, options: Mapping[str, Rows], found: list[Found]
) -> Iterable[OptionInput]:
    """In Magento's order. An option's id is its code: labels are neither unique nor for ever, nor always Latin."""
    if meaning.kind not in ("select", "multi_select"):
        return
    own = rows.all("eav_attribute_option")
    for row in sorted(own, key=lambda row: (int(row.get("sort_order") or 0), int(row["option_id"] or 0))):
        id_ = row["option_id"] or ""
        labels = options[id_].all("eav_attribute_option_value")
        default = next((label["value"] for label in labels if label["store_id"] == "0"), None)
        if not default:
            found.append(Found(owner=meaning.id, code="option_without_label", detail=f"{meaning.code} {id_}"))
        yield OptionInput(
            code=id_,
            labels={"": default or id_, **_by_view(shop, labels)},
            swatch=_swatch(meaning, options[id_].all("eav_attribute_option_swatch"), found),
            id=migrated_id(shop.source, "option", id_),
            external_id={shop.source: id_},
        )


def _swatch(meaning: Meaning, swatches: list[Row], found: list[Found]) -> str:
    """A colour as #rrggbb, a picture as its path, else text; the same in every view."""
    default = next((row for row in swatches if row["store_id"] == "0"), None)
    other = {row["value"] for row in swatches if row["store_id"] != "0" and row["value"]}
    if other - {default and default["value"]}:
        option = swatches[0]["option_id"]
        found.append(Found(owner=meaning.id, code="swatch_per_store", detail=f"{meaning.code} {option}"))
    if default is None or not default["value"]:
        return ""
    picture = default["type"] == _PICTURE
    return ("attribute/swatch/" if picture else "") + default["value"].lstrip("/" if picture else "")


def _by_view(shop: Shop, rows: Iterable[Row]) -> dict[str, str]:
    """Labels of stores by our scopes."""
    stores = shop.stores
    return {
        stores[store].scope: row["value"]
        for row in rows
        if (store := int(row["store_id"] or 0)) in stores and row["value"]
    }
