"""Pictures of a product: where they are in Magento's media folder, their roles, labels and order."""

from collections.abc import Iterable, Mapping

from catalog.commands import MediaInput
from catalog.legacy.shops import Shop
from catalog.legacy.values import Note, Values
from chassis.mirrors import Row, Rows

FOLDER = "catalog/product"
ROLES = {"image": "base", "small_image": "small", "thumbnail": "thumbnail", "swatch_image": "swatch"}
NO_PICTURE = "no_selection"
LINK = "catalog_product_entity_media_gallery_value_to_entity"


def media_of(values: Values, rows: Rows, pictures: Mapping[str, Rows], note: Note) -> tuple[MediaInput, ...]:
    """The gallery in its order, and pictures that have a role without being in it."""
    roles = _roles(values, note)
    found = []
    for link in (row["value_id"] or "" for row in sorted(rows.all(LINK), key=lambda row: _order(row, rows))):
        picture = pictures[link].one("catalog_product_entity_media_gallery") if link in pictures else None
        if picture is None or not picture["value"]:
            note("unknown_picture", link)
            continue
        if picture["media_type"] == "external-video":
            note("video_address_not_carried", picture["value"])
        texts = [row for row in rows.all("catalog_product_entity_media_gallery_value") if row["value_id"] == link]
        found.append(_media(values.shop, picture, texts, roles.pop(picture["value"], ()), note))
    for path, names in roles.items():
        note("role_outside_gallery", path)
        found.append(MediaInput(path=_path(path), roles=tuple(names)))
    return tuple(found)


def _media(shop: Shop, picture: Row, texts: list[Row], roles: Iterable[str], note: Note) -> MediaInput:
    default = next((row for row in texts if row["store_id"] == "0"), {})
    alt = {"": default.get("label")}
    for row in texts:
        store = shop.stores.get(int(row["store_id"] or 0))
        if store:
            alt[store.scope] = row["label"]
            if row["disabled"] != default.get("disabled", "0"):
                note("hidden_in_one_view", f"{picture['value']} in {store.code}")
    return MediaInput(
        path=_path(picture["value"] or ""),
        roles=tuple(roles),
        alt={scope: label for scope, label in alt.items() if label},
        kind="video" if picture["media_type"] == "external-video" else "image",
        hidden="1" in (default.get("disabled"), picture["disabled"]),
    )


def _order(link: Row, rows: Rows) -> tuple[int, int]:
    """By position, pictures without one last."""
    own = [r for r in rows.all("catalog_product_entity_media_gallery_value") if r["value_id"] == link["value_id"]]
    default = next((row["position"] for row in own if row["store_id"] == "0"), None)
    return (int(default) if default is not None else 1_000_000, int(link["value_id"] or 0))


def _roles(values: Values, note: Note) -> dict[str, list[str]]:
    """Roles by path. They are the same in every view here: the value of all stores, else of the first that has one."""
    found: dict[str, list[str]] = {}
    for code, rows in values.rows.items():
        if not values.meanings[code].role:
            continue
        paths = {store: path for store, path in rows.items() if path and path != NO_PICTURE}
        path = paths[min(paths)] if paths else None
        if path:
            found.setdefault(path, []).append(ROLES.get(code, code))
        for store, other in paths.items():
            if other != path and store in values.shop.stores:
                note("role_in_one_view", f"{code} in {values.shop.stores[store].code}")
    return {path: sorted(names) for path, names in sorted(found.items())}


def _path(value: str) -> str:
    return f"{FOLDER}/{value.lstrip('/')}"
