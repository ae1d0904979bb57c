"""Customers and their address books, made from all of their kept rows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chassis import clock, failpoints
from chassis.fields import keyed_hash
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows
from identity.auth import passwords
from identity.customer.commands import MOST_ADDRESSES
from identity.customer.importing import (
    ImportedAddress,
    ImportedCustomer,
    Password,
    external,
    import_customers,
    remove_imported,
)
from identity.customer.models import GENERAL
from identity.legacy.addresses import make_address
from identity.legacy.dates import day, moment
from identity.legacy.models import CarriedCustomer, LegacyRow
from identity.legacy.names import full_name, name_parts
from identity.legacy.rows import MIRROR
from identity.legacy.shop import Shop, groups_of, read_shop
from identity.legacy.values import Attributes, read_attributes

EMAIL_TAKEN = "email_taken"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What customers refer to."""

    shop: Shop
    attributes: Attributes
    groups: Mapping[str, str]
    address_rows: Mapping[str, Rows]


@dataclass
class Account:
    """A customer while it is made: its rows, what it comes to (None: it stays behind) and what was noticed."""

    owner: str
    rows: Rows
    wanted: ImportedCustomer | None = None
    found: list[Found] = field(default_factory=list)

    @property
    def row(self) -> Row | None:
        return self.rows.one("customer_entity")

    def note(self, code: str, detail: str = "", *, whole: bool = False) -> None:
        """Details name things by id: findings are no place for personal data."""
        self.found.append(Found(owner=self.owner, code=code, detail=detail, whole=whole))


def make_customers(source: str, owners: list[str]) -> None:
    """Make these customers what the old shop says now, writing only those that differ from the last time."""
    accounts = [Account(owner=owner, rows=rows) for owner, rows in MIRROR.rows_of(source, "customer", owners).items()]
    accounts.sort(key=lambda account: int(account.owner))  # of two with one address the older has it
    known = _known(source, accounts)
    for account in accounts:
        account.wanted = _wanted(source, account, known)
    carried = {row.owner: row for row in CarriedCustomer.objects.filter(source=source, owner__in=owners)}
    changed = _remove(source, accounts, carried) | _carry(source, accounts, carried)
    if changed:  # somebody's e-mail address may have become free
        MIRROR.touch_found(source, "customer", [EMAIL_TAKEN])
    MIRROR.replace_findings(source, "customer", owners, [found for account in accounts for found in account.found])


def _known(source: str, accounts: Iterable[Account]) -> Known:
    shop = read_shop(source)
    rows = [account.row for account in accounts if account.row]
    addresses = [str(row["entity_id"]) for a in accounts for row in a.rows.all("customer_address_entity")]
    return Known(
        shop=shop,
        attributes=read_attributes(source, shop.attributes),
        groups=groups_of(source, {str(row["group_id"]) for row in rows}),
        address_rows=MIRROR.rows_of(source, "address", addresses),
    )


def _wanted(source: str, account: Account, known: Known) -> ImportedCustomer | None:
    row = account.row
    if row is None:
        for address in account.rows.all("customer_address_entity"):
            account.note("no_such_customer", f"address {address['entity_id']}", whole=True)
        return None
    website = str(row["website_id"] or "")
    if website not in known.shop.websites:
        account.note("no_website", f"website {website or 'none'}: nowhere to sign in", whole=True)
        return None
    if not (row["email"] or "").strip():
        account.note("no_email", "nothing to sign in with", whole=True)
        return None
    stored = _password(account, row, known, website)
    return ImportedCustomer(
        id=migrated_id(source, "customer", account.owner),
        external_id=external(source, "customer", account.owner),
        channel_group=known.shop.channel_group(website),
        channel=known.shop.websites[website],
        email=str(row["email"]).strip(),
        name=full_name(row),
        locale=_locale(account, row, known, website),
        group=_group(account, row, known),
        details=_details(account, row, known),
        password=Password(stored=stored),
        blocked=row["is_active"] == "0",
        locked_until=_locked_until(account, row),
        created_at=_created_at(account, row),
        addresses=_addresses(source, account, row, known),
    )


def _password(account: Account, row: Row, known: Known, website: str) -> str | None:
    stored = row["password_hash"] or None
    if row["confirmation"] and known.shop.confirms(website):
        # Setting a password by e-mail shows what was never confirmed: whose address it is.
        account.note("unconfirmed", "signs in after setting a password by e-mail")
        return None
    if row["confirmation"]:
        account.note("unconfirmed", "the shop does not ask for it: signs in as before")
    if stored is None:
        account.note("no_password", "signs in after setting one by e-mail")
    elif (form := passwords.parse(stored)) is None:
        account.note("password_not_understood", "kept as it is; signs in after setting one by e-mail")
    elif form.magento1:
        account.note("password_of_magento_1", "the old shop refuses it; here it is good for signing in")
    return stored


def _locale(account: Account, row: Row, known: Known, website: str) -> str:
    store = str(row["store_id"] or "")
    if store not in known.shop.stores:
        account.note("no_such_store", f"store view {store or 'none'}: speaks its website's language")
    return known.shop.locale(store, website)


def _group(account: Account, row: Row, known: Known) -> str:
    group = str(row["group_id"])
    if group not in known.groups:
        account.note("no_such_group", f"group {group}: is in {GENERAL}")
    return known.groups.get(group, GENERAL)


def _locked_until(account: Account, row: Row) -> datetime | None:
    until = moment(row["lock_expires"])
    if until is None or until <= clock.now():
        return None
    account.note("locked", f"until {until:%Y-%m-%d %H:%M} UTC, as in the old shop")
    return until


def _created_at(account: Account, row: Row) -> datetime | None:
    made = moment(row["created_at"])
    if made is None:
        account.note("no_date", "when the account was made is not known")
    return made


def _details(account: Account, row: Row, known: Known) -> dict[str, Any]:
    details: dict[str, Any] = name_parts(row)
    if born := day(row["dob"]):
        details["birth_date"] = born
    if row["taxvat"]:
        details["tax_number"] = row["taxvat"]
    if row["gender"]:
        details["gender"] = known.attributes.coded("gender", row["gender"], among=sorted(known.shop.attributes))
    if row["disable_auto_group_change"] == "1":
        account.note("group_is_fixed", "that tax numbers do not change the group is no rule here")
    values = {}
    for code, value, problem in known.attributes.values(account.rows, table="customer_entity"):
        if problem:
            account.note("value_not_understood", f"{code}: {problem}")
        if value is not None:
            values[code] = value
    return details | ({"attributes": values} if values else {})


def _addresses(source: str, account: Account, row: Row, known: Known) -> tuple[ImportedAddress, ...]:
    entries = sorted(account.rows.all("customer_address_entity"), key=lambda entry: int(entry["entity_id"] or 0))
    ids = {str(entry["entity_id"]) for entry in entries}
    for kind in ("billing", "shipping"):
        default = row[f"default_{kind}"]
        if default and default not in ids:
            account.note("no_such_address", f"default {kind} address {default}")
    if len(entries) > MOST_ADDRESSES:
        account.note("long_address_book", f"{len(entries)} addresses; nobody adds to more than {MOST_ADDRESSES}")
    made = []
    for entry in entries:
        values = known.address_rows.get(str(entry["entity_id"]), Rows())
        address, noted = make_address(source, entry, values, known.attributes, customer=row)
        for code, detail in noted:
            account.note(code, detail)
        made.append(address)
    return tuple(made)


def _remove(source: str, accounts: Iterable[Account], carried: Mapping[str, CarriedCustomer]) -> bool:
    """Accounts that are gone there go here, and with them what was kept of them: a cascade tells of no child."""
    gone = [account.owner for account in accounts if account.wanted is None and account.owner in carried]
    if gone:
        remove_imported([migrated_id(source, "customer", owner) for owner in gone])
        CarriedCustomer.objects.filter(source=source, owner__in=gone).delete()
    _forget_rows(source, [account for account in accounts if account.row is None and account.rows])
    return bool(gone)


def _forget_rows(source: str, accounts: Iterable[Account]) -> None:
    """Rows of customers of whom we know that they were deleted, and not that they are yet to come."""
    keys = {json.dumps([account.owner]): account.owner for account in accounts}
    deleted = LegacyRow.objects.filter(source=source, table="customer_entity", key__in=list(keys), after__isnull=True)
    owners = [keys[key] for key in deleted.values_list("key", flat=True)]
    rows = LegacyRow.objects.filter(source=source, kind="customer", owner__in=owners, after__isnull=False)
    addresses = rows.filter(table="customer_address_entity").values_list("key", flat=True)
    ids = [json.loads(key)[0] for key in addresses]
    LegacyRow.objects.filter(source=source, kind="address", owner__in=ids).update(after=None)
    rows.update(after=None)


def _carry(source: str, accounts: Iterable[Account], carried: Mapping[str, CarriedCustomer]) -> bool:
    """Import those that differ, each with only what is new of password and state."""
    now: dict[UUID, tuple[Account, CarriedCustomer]] = {}
    for account in accounts:
        if account.wanted is not None:
            state = _state(source, account.owner, account.wanted)
            before = carried.get(account.owner)
            if before is None or before.digest != state.digest:
                now[account.wanted.id] = (account, state)
            account.wanted = _differing(account.wanted, state, before)
    refused = import_customers([account.wanted for account, _ in now.values() if account.wanted]) if now else set()
    failpoints.hit("identity.legacy.carried")
    for id_ in refused:
        now.pop(id_)[0].note(EMAIL_TAKEN, "another account of these channels has the e-mail address", whole=True)
    states = [state for _, state in now.values()]
    CarriedCustomer.objects.filter(source=source, owner__in=[state.owner for state in states]).delete()
    CarriedCustomer.objects.bulk_create(states)
    return bool(states)


def _state(source: str, owner: str, wanted: ImportedCustomer) -> CarriedCustomer:
    stored = wanted.password.stored if wanted.password else None
    return CarriedCustomer(
        source=source, owner=owner, blocked=bool(wanted.blocked),
        digest=keyed_hash(msgspec.json.encode(wanted, order="deterministic").decode(), fold=False),
        password=keyed_hash(stored or "", fold=False),
    )  # fmt: skip


def _differing(wanted: ImportedCustomer, state: CarriedCustomer, before: CarriedCustomer | None) -> ImportedCustomer:
    if before is None:
        return wanted
    return replace(
        wanted,
        password=None if before.password == state.password else wanted.password,
        blocked=None if before.blocked == state.blocked else wanted.blocked,
    )
