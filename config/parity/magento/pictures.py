"""Pictures of a product in their order, with their labels by view and their roles."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.parity.facts import fact
from config.parity.magento.shop import ADMIN, Shop
from config.parity.magento.values import Values
from config.parity.sides import Sides

ROLES = {"image": "base", "small_image": "small", "thumbnail": "thumbnail", "swatch_image": "swatch"}
NO_PICTURE = "no_selection"
LAST = 1_000_000


@dataclass
class Picture:
    """One of a gallery; `labels` by store."""

    path: str
    hidden: bool
    position: int = LAST
    labels: dict[int, str | None] = field(default_factory=dict)


Gallery = list[Picture]


def read_galleries(sides: Sides, ids: Mapping[int, str]) -> dict[str, Gallery]:
    """The galleries of these products, `ids` by what the tables of values call them."""
    found: dict[str, dict[int, Picture]] = defaultdict(dict)
    for row in sides.there(
        f"SELECT l.{sides.link} AS id, g.value_id, g.value, g.disabled AS off, v.store_id, v.label, v.position,"
        " v.disabled FROM {catalog_product_entity_media_gallery_value_to_entity} l"
        " JOIN {catalog_product_entity_media_gallery} g ON g.value_id = l.value_id"
        " LEFT JOIN {catalog_product_entity_media_gallery_value} v ON v.value_id = g.value_id"
        f"  AND v.{sides.link} = l.{sides.link} WHERE l.{sides.link} IN %s ORDER BY g.value_id",
        list(ids),
    ):
        gallery = found[ids[row["id"]]]
        picture = gallery.setdefault(row["value_id"], Picture(str(row["value"] or ""), bool(row["off"])))
        if row["store_id"] == ADMIN:
            picture.hidden = picture.hidden or row["disabled"] == 1
            picture.position = LAST if row["position"] is None else row["position"]
        if row["store_id"] is not None:
            picture.labels[row["store_id"]] = row["label"]
    # The order of value ids breaks ties, and sorting keeps it.
    return {key: sorted(several.values(), key=lambda one: one.position) for key, several in found.items()}


def pictures(gallery: Gallery | None, values: Values, shop: Shop) -> dict[str, Any]:
    """The fields that are about pictures."""
    shown = [one for one in gallery or () if one.path]
    in_gallery = [[one.path, one.hidden] for one in shown]
    roles = {code: rows for code, rows in values.rows.items() if values.attributes[code].input == "media_image"}
    first = {code: path for code, rows in roles.items() if (path := _first(rows))}
    outside = [path for path in dict.fromkeys(first.values()) if path not in {one.path for one in shown}]
    beside = [[path, False] for path in outside]
    record: dict[str, Any] = {"pictures": fact(in_gallery, {"role_outside_gallery": in_gallery + beside})}
    for store in shop.stores.values():
        labels = [one.labels.get(store.id) or one.labels.get(ADMIN) or "" for one in shown]
        record[f"picture labels [{store.code}]"] = fact(labels, {"role_outside_gallery": labels + [""] * len(outside)})
        for code in roles:
            said = values.at(code, store)
            path = None if said in (None, "", NO_PICTURE) else said
            record[f"picture as {ROLES.get(code, code)} [{store.code}]"] = fact(
                path, {"role_in_one_view": first.get(code)}
            )
    return record


def _first(rows: Mapping[int, str | None]) -> str | None:
    """Roles are the same in all views here: that of all stores, else of the first that has one."""
    paths = {store: path for store, path in rows.items() if path and path != NO_PICTURE}
    return paths[min(paths)] if paths else None
