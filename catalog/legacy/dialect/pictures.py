"""The gallery of a product as Magento tells it."""

from collections.abc import Mapping
from typing import Any

from catalog.legacy.dialect.facts import whole
from catalog.legacy.dialect.shelf import Shelf
from catalog.legacy.pictures import LINK
from chassis.mirrors import Row, Rows

GALLERY = "catalog_product_entity_media_gallery"


def gallery(shelf: Shelf, product: str, values: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Pictures in their order; `values` are the product's, by which a picture has a role."""
    rows = shelf.products[product]
    roles = [code for code, fact in shelf.facts.product_codes.items() if fact.input == "media_image"]
    found = []
    for link in rows.all(LINK):
        picture = shelf.pictures.get(link["value_id"] or "", Rows()).one(GALLERY)
        if picture is None or picture["disabled"] == "1":
            continue
        said = _said(rows, link["value_id"] or "", shelf.facts.store_id)
        found.append({
            "id": whole(picture["value_id"]),
            "media_type": picture["media_type"],
            "label": said("label") or "",
            "position": whole(said("position")),
            "disabled": said("disabled") == "1",
            "types": [code for code in sorted(roles) if values.get(code) == picture["value"]],
            "file": picture["value"],
        })  # fmt: skip
    return sorted(found, key=lambda entry: (entry["position"], entry["id"]))


def _said(rows: Rows, picture: str, store: int) -> Any:
    """What is said of a picture in a store, else in all."""
    own = {row["store_id"]: row for row in rows.all(f"{GALLERY}_value") if row["value_id"] == picture}
    default: Row = own.get("0", {})
    here = own.get(str(store), {})
    return lambda column: here[column] if here.get(column) is not None else default.get(column)
