"""The catalogue made of a Magento database: extraction, outbox, inbox and jobs in this process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django.core.management import call_command
from django.db import connections

from catalog.legacy.tables import MIRROR
from chassis import clock
from chassis.testing import drain
from strangler.extract import Extraction, extract
from strangler.source import Source

ALIASES = ("platform", "catalog")


def send(url: str, *, name: str = "magento", tables: Sequence[str] = ()) -> Extraction:
    """Extract what has changed."""
    with Source(url) as source:
        return extract(source, name=name, tables=tables)


def settle() -> None:
    """Deliver all events, then let the time pass that bulk changes wait, and make what is due."""
    drain("strangler", "catalog", rounds=10_000)
    with clock.travel(timedelta(minutes=1), ticking=True):
        drain("strangler", "catalog", rounds=10_000)


def move(url: str, **options: Any) -> Extraction:
    """Extract and settle."""
    done = send(url, **options)
    settle()
    return done


@contextmanager
def clean() -> Iterator[None]:
    """Nothing is left of the catalogue afterwards."""
    try:
        yield
    finally:
        for alias in ALIASES:
            call_command("flush", database=alias, interactive=False, verbosity=0)


# What a merchant and a shopper see; how and when it came there (times, row numbers, order of jobs) is left out.
_STATE = {
    "catalog_channel": "id, code, name, currency, time_zone, countries, prices_include_tax, active, external_id",
    "catalog_view": "id, code, name, channel_id, locale, root_id, active, external_id",
    "catalog_attribute": "id, code, kind, scope, labels, required, filterable, searchable, visible, external_id",
    "catalog_attributeoption": "id, attribute_id, code, labels, swatch, position, external_id",
    "catalog_producttype": "id, code, name, external_id",
    "catalog_producttype_attributes": "producttype_id, attribute_id",
    "catalog_category": "id, code, parent_id, position, texts, active, inactive_in, external_id",
    "catalog_product": "id, sku, kind, product_type_id, parent_id, position, axes, texts, values, tax_class, weight,"
    " requires_shipping, channels, shown, external_id",
    "catalog_productcategory": "product_id, category_id, position",
    "catalog_media": "product_id, path, kind, roles, alt, position, hidden",
    "catalog_productoption": "product_id, code, kind, labels, required, max_length, position, prices, percent",
    "catalog_optionchoice": "code, labels, component_id, quantity, quantity_changes, is_default, position, prices",
    "catalog_productlink": "product_id, target_id, kind, quantity, position",
    "catalog_downloadfile": "id, product_id, code, path, labels, is_sample, most_downloads, position, offered",
    "catalog_content": "id, code, kind, texts, views, active, position, external_id",
    "catalog_forwarding": 'id, view, path, kind, target, "to", permanent',
    "catalog_review": "id, product_id, view, channel, customer, nickname, title, text, rating, state, external_id",
    "catalog_wishlist": "id, customer, channel, name, share",
    "catalog_wishlistitem": "wishlist_id, product_id, added_at",
    "catalog_taxrate": "channel, tax_class, code, rate, priority, on_subtotal",
    "catalog_taxarea": "country, region, postcodes",
    "catalog_slug": "view, kind, slug, target",
    "catalog_productdocument": "view, product_id, slug, content, card, words, facets, categories, source",
    "catalog_categoryentry": "category_id, product_id, position",
    "catalog_price": "product_id, channel, currency, kind, amount, starts_at, ends_at",
    "catalog_priceblock": "channel, product_id, block, amount",
    "catalog_magentofinding": "source, kind, owner, code, detail, whole",
}


Ask = Callable[[str], list[tuple[Any, ...]]]


def ask(sql: str) -> list[tuple[Any, ...]]:
    """Rows of this process's catalogue."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def state(ask: Ask = ask) -> dict[str, str]:
    """A digest of each table's content."""
    found = {}
    for table, columns in _STATE.items():
        where = "WHERE current" if table == "catalog_slug" else ""
        rows = ask(f'SELECT ROW({columns})::text COLLATE "C" AS r FROM {table} {where} ORDER BY r')
        digest = blake2b("".join(row for (row,) in rows).encode(), digest_size=8)
        found[table] = f"{len(rows)} {digest.hexdigest()}"
    return found


def versions() -> dict[str, int]:
    """How often anything was changed, and how many events told of it."""
    found = {}
    with connections["catalog"].cursor() as cursor:
        for table in (
            "channel",
            "view",
            "attribute",
            "producttype",
            "category",
            "product",
            "content",
            "review",
            "wishlist",
        ):
            cursor.execute(f"SELECT coalesce(sum(version), 0) FROM catalog_{table}")
            found[table] = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM catalog_outboxevent")
        found["events"] = cursor.fetchone()[0]
    return found


def summary(kind: str, *, source: str = "magento") -> Any:
    """What became of the things of a kind."""
    return next(one for one in MIRROR.summary(source).kinds if one.kind == kind)
