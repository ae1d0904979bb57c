"""Comparing the migrated products with what Magento itself answers for them, attribute by attribute and view by view.

A difference is explained only by a finding of the same product about the same attribute, or by one of the RULES below.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from catalog.legacy.meanings import TEXTS
from catalog.legacy.models import MagentoFinding, MagentoRow
from catalog.legacy.pictures import ROLES
from catalog.legacy.sets import tax_classes
from catalog.pricing.models import Price
from catalog.product import scopes
from catalog.product.models import Attribute, AttributeOption, Media, Product, Slug, View
from tests.magento.server import dumps_folder

VIEWS = ("admin", "default", "de", "fr")
# Not said of the product but of Magento's own bookkeeping.
BOOKKEEPING = {"entity_id", "store_id", "updated_at", "has_options", "required_options"}
RULES = {
    "admin_is_no_view": "prices, addresses and being shown belong to channels and views",
    "no_page_no_address": "nobody can ask for the address of what has no page of its own",
    "window_without_price": "dates of a special price that there is not",
    "its_product_is_not_sold": "a variant is chosen on the page of a product that is not sold in the channel",
    "links_carry_the_price": "a download whose links are sold singly has no price of its own there, and 0 here",
    "not_in_the_website": "where it is not sold, its status says nothing",
}


def answers(view: str) -> Iterator[dict[str, Any]]:
    """What Magento answered for every product in a view."""
    with gzip.open(dumps_folder() / "oracle" / f"products_{view}.jsonl.gz", "rt") as lines:
        for line in lines:
            yield json.loads(line)


@dataclass
class Comparison:
    """`equal` values, differences by reason, and those that nothing explains as (product, view, code, theirs, ours)."""

    equal: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[tuple[Any, ...]] = field(default_factory=list)


class Ours:
    """The migrated catalogue, read once."""

    def __init__(self, source: str) -> None:
        self.source = source
        sites = {view.channel.external_id[source]: view.channel.code for view in View.objects.select_related("channel")}
        rows = MagentoRow.objects.filter(source=source, table="catalog_product_website", after__isnull=False)
        keys = [json.loads(key) for key in rows.values_list("key", flat=True)]
        self.websites = {(product, sites[site]) for product, site in keys if site in sites}
        mine = Product.objects.filter(external_id__has_key=source)
        self.products = {row.external_id[source]: row for row in mine.select_related("parent", "product_type")}
        self.attributes = {row.code: row for row in Attribute.objects.all()}
        self.options = {(o.attribute.code, o.code): o for o in AttributeOption.objects.select_related("attribute")}
        self.views = {row.code: row for row in View.objects.select_related("channel")}
        self.prices: dict[tuple[Any, str], list[Price]] = defaultdict(list)
        for price in Price.objects.all():
            self.prices[price.product_id, price.channel].append(price)
        self.slugs = {(s.target, s.view): s.slug for s in Slug.objects.filter(current=True)}
        self.roles = {(m.product_id, role): m.path for m in Media.objects.all() for role in m.roles}
        self.tax_classes = tax_classes(source)
        self.findings: dict[str, list[MagentoFinding]] = defaultdict(list)
        for finding in MagentoFinding.objects.filter(source=source, kind="product"):
            self.findings[finding.owner].append(finding)

    def chain(self, view: str) -> tuple[str, ...]:
        """The scopes of a view; the admin sees what holds for all."""
        if view == "admin":
            return (scopes.GLOBAL,)
        return scopes.fallback(view=view, channel=self.views[view].channel.code)


def compare(source: str = "magento") -> Comparison:
    """Every value of every carried product in every view, in both directions."""
    ours, result = Ours(source), Comparison()
    for view in VIEWS:
        for answer in answers(view):
            _compare_product(ours, view, answer, result)
    return result


def _compare_product(ours: Ours, view: str, answer: dict[str, Any], result: Comparison) -> None:
    theirs = {code: value for code, value in answer["attributes"].items() if code not in BOOKKEEPING}
    id_ = answer["attributes"]["entity_id"]
    product = ours.products[id_]
    theirs["shown"] = _theirs_shown(theirs.pop("status", None), theirs.pop("visibility", None), product)
    mine, free = _mine(ours, product, view)
    for code in sorted(theirs.keys() | mine.keys()):
        wanted, have = _normal(ours, code, theirs.get(code), answer), mine.get(code)
        if wanted == have:
            result.equal += 1
        elif reason := free.get(code) or _finding(ours, id_, code):
            result.explained[reason] += 1
        else:
            result.unexplained.append((id_, view, code, theirs.get(code), have))
    for code, label in (answer["labels"] or {}).items():
        _compare_label(ours, product, view, code, label, result)


def _compare_label(ours: Ours, product: Product, view: str, code: str, label: Any, result: Comparison) -> None:
    value = scopes.resolve(product.values, ours.chain(view)).get(code)
    codes = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    found = [ours.options.get((code, one)) for one in codes]
    texts = [scopes.label(o.labels, ours.chain(view)) for o in found if o]
    # The order of several is that of Magento's options there and that of the stored value here.
    wanted = sorted(label) if isinstance(label, list) else [label] if label else []
    if ours.attributes[code].kind in ("select", "multi_select") if code in ours.attributes else False:
        if sorted(texts) == wanted:
            result.equal += 1
        else:
            result.unexplained.append((product.external_id, view, f"label of {code}", label, texts))


def _finding(ours: Ours, id_: str, code: str) -> str:
    """The finding that is about this attribute."""
    about = {"sku": "sku_trimmed"}
    for finding in ours.findings[id_]:
        if finding.detail.split(" ")[0].rstrip(":") == code or about.get(code) == finding.code:
            return finding.code
    return ""


def _mine(ours: Ours, product: Product, view: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Our values in the oracle's words, and rules that allow a difference, by attribute."""
    chain = ours.chain(view)
    texts = scopes.resolve(product.texts, chain)
    found: dict[str, Any] = {code: texts[name] for code, name in TEXTS.items() if name in texts}
    found |= scopes.resolve(product.values, chain)
    found |= {
        "sku": product.sku,
        "type_id": "simple" if product.kind == "variant" and product.requires_shipping else product.kind,
        "tax_class_id": product.tax_class,
        "created_at": product.created_at.strftime("%Y-%m-%d %H:%M:%S"),
        "attribute_set_id": product.product_type.external_id[ours.source] if product.product_type else None,
    }
    if product.kind == "variant" and not product.requires_shipping:
        found["type_id"] = "virtual"
    if product.weight is not None:
        found["weight"] = product.weight
    free = {}
    for code, role in ROLES.items():
        if path := ours.roles.get((product.id, role)):
            found[code] = path.removeprefix("catalog/product")
    if path := ours.roles.get((product.id, "size_chart_image")):
        found["size_chart_image"] = path.removeprefix("catalog/product")
    priced = {"price", "special_price", "special_from_date", "special_to_date", "cost", "msrp"}
    if view == "admin":
        return found, free | dict.fromkeys((*priced, "url_key", "shown"), "admin_is_no_view")
    found |= _prices(ours, product, view)
    if found.get("special_price") is None:
        free |= dict.fromkeys(("special_from_date", "special_to_date"), "window_without_price")
    channel = ours.views[view].channel.code
    if product.values.get(scopes.GLOBAL, {}).get("links_purchased_separately") == 1:
        free["price"] = "links_carry_the_price"
    found["shown"] = product.shown.get(view, "everywhere") if channel in product.channels else "nowhere"
    if (product.external_id[ours.source], channel) not in ours.websites:
        free["shown"] = "not_in_the_website"
    elif product.parent and channel not in product.parent.channels:
        free["shown"] = "its_product_is_not_sold"
    if slug := ours.slugs.get((product.id, view)):
        found["url_key"] = slug
    else:
        free["url_key"] = "no_page_no_address"
    return found, free


def _theirs_shown(status: str | None, visibility: str | None, product: Product) -> str:
    """Status and visibility as far as a shopper notices them; a variant is chosen whether or not it has a page."""
    if status != "1":
        return "nowhere"
    if product.kind == Product.VARIANT:
        return "everywhere"
    return {"2": "catalog", "3": "search", "4": "everywhere"}.get(visibility or "", "nowhere")


_ONE_AMOUNT = {Price.BASE: "price", Price.COST: "cost", Price.COMPARE_AT: "msrp"}


def _prices(ours: Ours, product: Product, view: str) -> dict[str, Any]:
    channel = ours.views[view].channel
    zone = ZoneInfo(channel.time_zone)
    found: dict[str, Any] = {}
    for price in ours.prices[product.id, channel.code]:
        if price.kind in _ONE_AMOUNT:
            found[_ONE_AMOUNT[price.kind]] = price.amount
        elif price.kind == Price.SPECIAL:
            found["special_price"] = price.amount
            if price.starts_at:
                found["special_from_date"] = price.starts_at.astimezone(zone).replace(tzinfo=None)
            if price.ends_at:
                found["special_to_date"] = price.ends_at.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    return found


def _normal(ours: Ours, code: str, value: Any, answer: dict[str, Any]) -> Any:
    """Magento's stored text in the form that our value has; nothing is None."""
    if code == "tax_class_id":
        return ours.tax_classes.get(value, "none")
    if value in (None, "", "no_selection", "0000-00-00 00:00:00"):
        return None
    if code in ("price", "special_price", "weight", "cost", "msrp"):
        return Decimal(value)
    if code in ("special_from_date", "special_to_date"):
        return datetime.fromisoformat(value)
    if code not in ours.attributes:
        return value
    return _typed(ours, ours.attributes[code].kind, code, value)


def _typed(ours: Ours, kind: str, code: str, value: str) -> Any:
    if kind == "boolean":
        return value == "1"
    if kind == "number":
        return int(value)
    if kind == "decimal":
        return f"{Decimal(value).normalize():f}" if Decimal(value) else "0"
    if kind == "date":
        return value[:10]
    if kind == "multi_select":
        return [part for part in value.split(",") if part] or None
    return value
