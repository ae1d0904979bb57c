"""Products as this shop shows them in every view."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.product import scopes
from config.parity.sides import Sides

ALIAS = "catalog"
TEXTS = {"name": "name", "description": "description", "short_description": "short_description",
         "meta_title": "meta_title", "meta_description": "meta_description",
         "meta_keywords": "meta_keyword"}  # fmt: skip
NOWHERE, CHOOSABLE, EVERYWHERE = "nowhere", "choosable", "everywhere"
SENT_OR_NOT = ("simple", "virtual", "downloadable", "variant")


@dataclass(frozen=True, kw_only=True)
class View:
    """One of our views, with the channel that it belongs to."""

    code: str
    channel: str

    @property
    def chain(self) -> tuple[str, ...]:
        """Its scopes from the widest to the narrowest."""
        return scopes.fallback(view=self.code, channel=self.channel)


def views(sides: Sides) -> list[View]:
    """Views that were stores there."""
    rows = sides.here(
        ALIAS,
        "SELECT v.code, c.code FROM catalog_view v JOIN catalog_channel c ON c.id = v.channel_id"
        " WHERE v.external_id ? %s ORDER BY v.code",
        sides.name,
    )
    return [View(code=code, channel=channel) for code, channel in rows]


def keys(sides: Sides) -> Iterator[str]:
    """Old ids of products that came from there and were not given up since."""
    rows = sides.here(
        ALIAS,
        "SELECT external_id ->> %s FROM catalog_product WHERE external_id ? %s AND position(chr(31) in sku_key) = 0",
        sides.name, sides.name,
    )  # fmt: skip
    return (str(key) for (key,) in rows)


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each product is here."""
    ids = sides.ids("product", keys)
    shown_in, kinds = views(sides), _kinds(sides)
    slugs, media, places = _slugs(sides, ids), _media(sides, ids), _places(sides, ids)
    rows = sides.here(ALIAS, _PRODUCTS, sides.name, sides.name, list(ids))
    return {
        ids[row[0]]: _facts(row)
        | _by_view(row, shown_in, kinds, slugs)
        | _pictures(media.get(row[0], ()), shown_in)
        | {"places": places.get(row[0], {})}
        | {f"tax class [{channel}]": row[8] for channel in {view.channel for view in shown_in}}
        for row in rows
    }


_PRODUCTS = """
    SELECT p.id, p.sku, p.kind, p.created_at, t.external_id ->> %s, u.external_id ->> %s, p.axes, p.weight, p.tax_class,
           p.requires_shipping, p.texts, p.values, p.channels, p.shown
    FROM catalog_product p LEFT JOIN catalog_producttype t ON t.id = p.product_type_id
    LEFT JOIN catalog_product u ON u.id = p.parent_id
    WHERE p.id = ANY(%s) AND position(chr(31) in p.sku_key) = 0"""


def _facts(row: tuple[Any, ...]) -> dict[str, Any]:
    _, sku, kind, made, type_, parent, axes, weight, _, sent, *_ = row
    record = {
        "sku": sku, "type": kind, "made": made, "attribute set": type_, "variant of": [parent] if parent else [],
        "axes": axes, "weight": weight,
    }  # fmt: skip
    return record | ({"is sent": sent} if kind in SENT_OR_NOT else {})


def _by_view(
    row: tuple[Any, ...], shown_in: Sequence[View], kinds: Mapping[str, str], slugs: Mapping[tuple[UUID, str], str]
) -> dict[str, Any]:
    id_, kind, texts, values, channels, shown = row[0], row[2], row[10], row[11], row[12], row[13]
    record: dict[str, Any] = {}
    for view in shown_in:
        said = scopes.resolve(texts, view.chain)
        record |= {f"{code} [{view.code}]": said[name] for name, code in TEXTS.items() if name in said}
        for code, value in scopes.resolve(values, view.chain).items():
            if code in kinds and value not in (None, "", []):
                record[f"{code} [{view.code}]"] = Decimal(value) if kinds[code] == "decimal" else value
        way = shown.get(view.code, EVERYWHERE) if view.channel in channels else NOWHERE
        record[f"shown [{view.code}]"] = CHOOSABLE if kind == "variant" and way != NOWHERE else way
        record[f"address [{view.code}]"] = slugs.get((id_, view.code))
    return record


def _kinds(sides: Sides) -> dict[str, str]:
    """Kinds of the attributes that came from there, by code; the texts of a product are none."""
    rows = sides.here(ALIAS, "SELECT code, kind FROM catalog_attribute WHERE external_id ? %s", sides.name)
    return {code: kind for code, kind in rows}


def _slugs(sides: Sides, ids: Mapping[UUID, str]) -> dict[tuple[UUID, str], str]:
    rows = sides.here(
        ALIAS, "SELECT target, view, slug FROM catalog_slug WHERE current AND kind = 'product' AND target = ANY(%s)",
        list(ids),
    )  # fmt: skip
    return {(target, view): slug for target, view, slug in rows}


def _media(sides: Sides, ids: Mapping[UUID, str]) -> dict[UUID, list[tuple[Any, ...]]]:
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for product, *rest in sides.here(
        ALIAS,
        "SELECT product_id, path, hidden, roles, alt FROM catalog_media WHERE product_id = ANY(%s)"
        " ORDER BY position, id",
        list(ids),
    ):
        found[product].append(tuple(rest))
    return found


def _pictures(media: Sequence[tuple[Any, ...]], shown_in: Sequence[View]) -> dict[str, Any]:
    paths = [(path.removeprefix("catalog/product"), hidden, roles, alt) for path, hidden, roles, alt in media]
    record: dict[str, Any] = {"pictures": [[path, hidden] for path, hidden, _, _ in paths]}
    for view in shown_in:
        record[f"picture labels [{view.code}]"] = [scopes.label(alt, view.chain) for _, _, _, alt in paths]
        for path, _, roles, _ in paths:
            record |= {f"picture as {role} [{view.code}]": path for role in roles}
    return record


def _places(sides: Sides, ids: Mapping[UUID, str]) -> dict[UUID, dict[str, int]]:
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for product, category, place in sides.here(
        ALIAS,
        "SELECT p.product_id, c.external_id ->> %s, p.position FROM catalog_productcategory p"
        " JOIN catalog_category c ON c.id = p.category_id"
        " WHERE p.product_id = ANY(%s) AND NOT p.by_rule AND c.external_id ? %s",
        sides.name, list(ids), sides.name,
    ):  # fmt: skip
        found[product][category] = place
    return found
