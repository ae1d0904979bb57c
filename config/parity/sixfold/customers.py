"""Customers with their address books, as identity has them, decrypted; passwords are not told."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from chassis import clock
from config.parity.passwords import digest, form_of
from config.parity.sides import Sides
from config.parity.sixfold.orders import old_ids, opened, opened_text

ALIAS = "identity"
PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix")


def keys(sides: Sides) -> Iterator[str]:
    """Old ids of the customers that came from there."""
    return old_ids(sides, ALIAS, "customers.identity_customer", "customer")


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each customer here."""
    ids = sides.ids("customer", keys)
    found: dict[UUID, dict[str, Any]] = {}
    for id_, email, name, details, channel, sharing, group, locale, state, until, made, stored in sides.here(
        ALIAS, _CUSTOMERS, list(ids)
    ):
        more = opened(details) or {}
        found[id_] = {
            "email": opened_text(email), "name": opened_text(name), "website": channel, "shares accounts": sharing,
            "group": group.rpartition(":")[2] if group else "general", "locale": locale, "blocked": state == "blocked",
            "locked until": until if until and until > clock.now() else None, "made": made,
            **{f"name: {part}": more.get(part) for part in PARTS},
            "birth date": more.get("birth_date"), "tax number": more.get("tax_number"), "gender": more.get("gender"),
            "password": [form_of(stored), digest(stored)] if stored else None,
        }  # fmt: skip
    for customer, external, postal, country, details, billing, shipping in sides.here(ALIAS, _ADDRESSES, list(found)):
        named, more = f"address {external.rpartition(':')[2]}", opened(details) or {}
        found[customer] |= {
            f"{named} postal": opened(postal), f"{named} country": country, f"{named} fax": more.get("fax"),
            f"{named} tax number": more.get("tax_number"), **{f"{named} {part}": more.get(part) for part in PARTS},
            f"{named} default billing": billing, f"{named} default shipping": shipping,
        }  # fmt: skip
    return {ids[id_]: record for id_, record in found.items()}


_CUSTOMERS = """
    SELECT c.id, c.email, c.name, c.details, c.channel, c.channel_group, g.external_id, c.locale, c.state,
           c.locked_until, c.created_at, c.password
    FROM customers.identity_customer c LEFT JOIN customers.identity_customergroup g ON g.code = c.group_code
    WHERE c.id = ANY(%s)"""
_ADDRESSES = """
    SELECT customer_id, external_id, postal, country, details, default_billing, default_shipping
    FROM customers.identity_address WHERE customer_id = ANY(%s) AND external_id IS NOT NULL"""
