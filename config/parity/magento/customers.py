"""Customers with their address books, groups and passwords.

A password is never read out: records hold its form and a digest, which say whether it is the same one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from chassis import clock
from config.parity.facts import RECORD, Such, fact
from config.parity.magento.orders import NAME, postal
from config.parity.magento.shop import moment
from config.parity.passwords import NATIVE, digest, form_of
from config.parity.sides import Sides

GUESTS, SHARING, CONFIRMATION = 0, "customer/account_share/scope", "customer/create_account/confirm"
PARTS = dict(zip(NAME, ("prefix", "first_name", "middle_name", "last_name", "suffix"), strict=True))
DEFAULTS = ("billing", "shipping")
Row = dict[str, Any]


def keys(sides: Sides) -> Iterator[str]:
    """Ids of all customers."""
    return (str(row["entity_id"]) for row in sides.there("SELECT entity_id FROM {customer_entity}"))


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each customer as Magento has it."""
    ids = [int(key) for key in keys]
    rows = sides.there("SELECT * FROM {customer_entity} WHERE entity_id IN %s", ids)
    books: dict[int, list[Row]] = defaultdict(list)
    for row in sides.there("SELECT * FROM {customer_address_entity} WHERE parent_id IN %s ORDER BY entity_id", ids):
        books[row["parent_id"]].append(row)
    groups = {row["customer_group_id"] for row in sides.there("SELECT customer_group_id FROM {customer_group}")}
    genders, twice = _genders(sides), _twice(sides, rows)
    return {
        str(row["entity_id"]): _account(sides, row, groups, genders, twice)
        | {name: value for entry in books[row["entity_id"]] for name, value in _entry(row, entry)}
        for row in rows
    }


def _account(sides: Sides, row: Row, groups: set[int], genders: Mapping[str, str], twice: set[int]) -> dict[str, Any]:
    shop, site = sides.shop, sides.shop.websites.get(row["website_id"] or 0)
    email, store = (row["email"] or "").strip(), shop.stores.get(row["store_id"] or 0)
    left_out = {"no_website": None} if site is None else {"no_email": None} if not email else {}
    if row["entity_id"] in twice:
        left_out = left_out | {"email_taken": None}
    shared = shop.configuration.get(SHARING) == "0"
    group, born = row["group_id"], str(row["dob"] or "")[:10]
    return {
        RECORD: fact(True, left_out),
        "email": email,
        "name": " ".join(part for column in NAME if (part := (row[column] or "").strip())),
        "website": site.code if site else None,
        "shares accounts": sides.name if shared else site.code if site else None,
        "group": fact(str(group), {} if group in groups - {GUESTS} else {"no_such_group": Such(bool)}),
        "locale": fact(shop.locale(store) if store else None, {} if store else {"no_such_store": Such(bool)}),
        "blocked": row["is_active"] == 0,
        "locked until": _lock(row),
        "made": fact(made := moment(row["created_at"]), {} if made else {"no_date": Such(bool)}),
        **{f"name: {ours}": (row[theirs] or "").strip() or None for theirs, ours in PARTS.items()},
        "birth date": date.fromisoformat(born).isoformat() if born and not born.startswith("0000") else None,
        "tax number": row["taxvat"] or None,
        "gender": genders.get(str(row["gender"]), str(row["gender"])) if row["gender"] else None,
        "password": _password(sides, row),
    }


def _password(sides: Sides, row: Row) -> Any:
    """Its form and a digest; here it may have been made better, or be left out where nobody had confirmed it."""
    stored = row["password_hash"] or None
    otherwise: dict[str, Any] = {
        "upgraded_at_sign_in": Such(lambda ours: stored is not None and ours and ours[0] == NATIVE)
    }
    if row["confirmation"]:
        asked = sides.shop.configuration.get(CONFIRMATION, website=row["website_id"] or 0) == "1"
        otherwise |= {"never_confirmed": None} if asked else {}
    if stored is None:
        otherwise["set_here"] = Such(lambda ours: bool(ours) and ours[0] == NATIVE)
    return fact([form_of(stored), digest(stored)] if stored else None, otherwise)


def _lock(row: Row) -> Any:
    """A lock that has ended is none."""
    until = moment(row["lock_expires"])
    return until if until and until > clock.now() else None


def _entry(row: Row, entry: Row) -> Iterator[tuple[str, Any]]:
    named = f"address {entry['entity_id']}"
    place = postal(entry)
    country = place.pop("country", "")
    yield f"{named} postal", place
    yield f"{named} country", fact(country, {"country_cut": country[:2]})
    for theirs, ours in PARTS.items():
        yield f"{named} {ours}", (entry[theirs] or "").strip() or None
    for theirs, ours in (("fax", "fax"), ("vat_id", "tax number")):
        yield f"{named} {ours}", entry[theirs] or None
    for kind in DEFAULTS:
        yield f"{named} default {kind}", row[f"default_{kind}"] == entry["entity_id"]


def _genders(sides: Sides) -> dict[str, str]:
    rows = sides.there(
        "SELECT o.option_id, v.value FROM {eav_attribute_option} o"
        " JOIN {eav_attribute} a ON a.attribute_id = o.attribute_id AND a.attribute_code = 'gender'"
        " JOIN {eav_attribute_option_value} v ON v.option_id = o.option_id AND v.store_id = 0"
    )
    return {str(row["option_id"]): str(row["value"]) for row in rows}


def _twice(sides: Sides, rows: Sequence[Row]) -> set[int]:
    """Accounts whose e-mail address an older one of the same website has; where all share, of any website."""
    per_site = sides.shop.configuration.get(SHARING) != "0"
    same = "AND o.website_id = c.website_id" if per_site else ""
    found = sides.there(
        "SELECT c.entity_id FROM {customer_entity} c JOIN {customer_entity} o ON TRIM(o.email) = TRIM(c.email)"
        f" AND o.entity_id < c.entity_id {same} WHERE c.entity_id IN %s",
        [row["entity_id"] for row in rows],
    )
    return {row["entity_id"] for row in found}


def figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Customers by website and group."""
    if record:
        yield f"customers of {record['website']}", Decimal(1)
