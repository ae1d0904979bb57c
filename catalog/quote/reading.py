"""What a quote needs to know: statements are as many whatever the number of lines."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.pricing.areas import Due, Place, due
from catalog.pricing.choice import Entered
from catalog.pricing.entered import COLUMNS, COUNTS, LISTS, PRICES, entered
from catalog.pricing.errors import UnknownChannel
from catalog.pricing.taxes import POLICY, Policy, rates_of


@dataclass(frozen=True, kw_only=True)
class Site:
    """A channel as a quote sees it: taxes by class of goods where they go, and where they come from."""

    code: str
    currency: str
    time_zone: str
    with_tax: bool
    policy: Policy
    destination: Place
    taxes: Due
    home_taxes: Due


@dataclass(frozen=True, kw_only=True)
class Good:
    """A product or variant; `name` and `line` (what a cart shows) are None where the view does not have it."""

    id: UUID
    sku: str
    kind: str
    tax_class: str
    requires_shipping: bool
    on_sale: bool
    name: str | None
    line: dict[str, str] | None
    root: UUID
    has_choices: bool
    details: dict[str, Any]


def site(code: str, destination: Place) -> Site:
    """An active channel; without a country goods go to its first. UnknownChannel."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT c.currency, c.time_zone, c.prices_include_tax, c.countries, {POLICY}
                FROM catalog_channel c LEFT JOIN catalog_taxpolicy t ON t.channel = c.code
                WHERE c.code = %s AND c.active""",
            [code],
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownChannel(f"There is no channel {code}.")
    currency, time_zone, with_tax, countries, *rest = row
    first = countries[0] if countries else ""
    policy = Policy.of(tuple(rest), country=first)
    place = destination if destination.country else Place(country=first)
    rates = rates_of([code], countries={place.country, policy.home.country})[code]
    return Site(
        code=code,
        currency=currency,
        time_zone=time_zone,
        with_tax=with_tax,
        policy=policy,
        destination=place,
        taxes=due(rates, place),
        home_taxes=due(rates, policy.home),
    )


def goods(channel: str, view: str, keys: Sequence[str]) -> dict[str, Good]:
    """Products by the folded SKU."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT p.sku_key, p.id, p.sku, p.kind, p.tax_class, p.requires_shipping, %s = ANY(p.channels),
                      d.name, (d.source -> 'lines' -> p.sku_key)::text, coalesce(p.parent_id, p.id), p.has_choices,
                      p.details::text
               FROM catalog_product p
               LEFT JOIN catalog_productdocument d
                    ON d.view = %s AND d.channel = %s AND d.product_id = coalesce(p.parent_id, p.id)
               WHERE p.sku_key = ANY(%s)""",
            [channel, view, channel, list(keys)],
        )
        rows = cursor.fetchall()
    return {
        key: Good(
            id=id_,
            sku=sku,
            kind=kind,
            tax_class=tax_class,
            requires_shipping=ships,
            on_sale=on_sale,
            name=name,
            line=json.loads(line) if line else None,
            root=root,
            has_choices=has_choices,
            details=json.loads(details),
        )
        for key, id_, sku, kind, tax_class, ships, on_sale, name, line, root, has_choices, details in rows
    }


def prices(place: Site, products: Sequence[UUID]) -> dict[UUID, list[Entered]]:
    """The prices of products as they were entered in a channel."""
    found: dict[UUID, list[Entered]] = defaultdict(list)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT pr.product_id, {COLUMNS} FROM {PRICES} pr {LISTS}
                WHERE pr.product_id = ANY(%s) AND pr.channel = %s AND pr.currency = %s AND {COUNTS}""",
            [list(products), place.code, place.currency],
        )
        for product, *row in cursor.fetchall():
            found[product].append(entered(row))
    return found


def lowest_before(channel: str, products: Sequence[UUID], *, group: str) -> dict[UUID, Decimal]:
    """The lowest price of the 30 days before a reduction that holds now: the group's own, else everybody's."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (product_id) product_id, lowest_before FROM catalog_pricepoint
               WHERE product_id = ANY(%s) AND channel = %s AND customer_group IN ('', %s) AND ends_at IS NULL
               ORDER BY product_id, customer_group DESC""",
            [list(products), channel, group],
        )
        return {product: lowest for product, lowest in cursor.fetchall() if lowest is not None}
