"""Accounts that come from elsewhere, in bulk: each keeps its id, its password's hash and the day it was made.

Nobody is greeted: no event says that these customers have registered. Callers say what an account is to be, whole; an
address book keeps the addresses that were added here.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.access.principal import Kind
from chassis.fields import keyed_hash
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work
from identity.auth import sessions
from identity.customer import announcing, states
from identity.customer.commands import ensure_group
from identity.customer.models import GENERAL, Address, Customer, CustomerGroup

_LEFT = re.compile(r"[^a-z0-9]+")
_CUSTOMER_FIELDS = (
    "channel_group", "channel", "email", "email_hash", "name", "details", "locale", "group", "password", "state",
    "locked_until", "version",
)  # fmt: skip
_ADDRESS_FIELDS = (
    "customer", "postal", "country", "details", "default_shipping", "default_billing", "external_id", "version",
)  # fmt: skip


def external(source: str, entity: str, old_id: str) -> str:
    """How a record was called in the system it came from."""
    return f"{source}:{entity}:{old_id}"


@dataclass(frozen=True, kw_only=True)
class ImportedGroup:
    name: str
    external_id: str


def import_group(command: ImportedGroup) -> bool:
    """Make or rename a group; true if it is new. One that has its name already is taken for it: `general` above all."""
    with unit_of_work("identity"):
        known = CustomerGroup.objects.filter(external_id=command.external_id).first()
        if known is None:
            code = _code(command.name)
            ensure_group(code, name=command.name)
            CustomerGroup.objects.filter(code=code).update(external_id=command.external_id)
        elif known.name != command.name:
            known.name = command.name
            known.save(update_fields=["name"])
        return known is None


def _code(name: str) -> str:
    """A code made of the name, that no group of another old name has."""
    ascii_only = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = _LEFT.sub("-", ascii_only).strip("-") or "group"
    taken = set(CustomerGroup.objects.filter(external_id__isnull=False).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if code not in taken)


@dataclass(frozen=True, kw_only=True)
class ImportedAddress:
    """`postal` as AddAddress has it; `details` is what else there was."""

    id: UUID
    external_id: str
    postal: Mapping[str, str]
    country: str
    details: Mapping[str, Any] = field(default_factory=dict)
    default_shipping: bool = False
    default_billing: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Password:
    """A stored hash as it is, to be verified at sign-in; None makes the customer set a password by e-mail first."""

    stored: str | None


@dataclass(frozen=True, kw_only=True)
class ImportedCustomer:
    """`password` and `blocked` stay as they are where None; `locked_until` ends by itself."""

    id: UUID
    external_id: str
    channel_group: str
    channel: str
    email: str
    name: str
    locale: str
    group: str = GENERAL
    details: Mapping[str, Any] = field(default_factory=dict)
    password: Password | None = None
    blocked: bool | None = None
    locked_until: datetime | None = None
    created_at: datetime | None = None
    addresses: Sequence[ImportedAddress] = ()


def import_customers(customers: Sequence[ImportedCustomer]) -> set[UUID]:
    """Make or change these accounts and their imported addresses, in a fixed number of statements.

    Returns the ids of those that were refused because another account of the channel group has the e-mail address;
    of two in one call the first has it. Groups must exist.
    """
    with unit_of_work("identity"):
        ensure_group(GENERAL, name="General")
        ids = [customer.id for customer in customers]
        rows = {row.id: row for row in Customer.objects.select_for_update().filter(id__in=ids).order_by("id")}
        refused = _taken(customers)
        wanted = [customer for customer in customers if customer.id not in refused]
        new = [_apply(customer, Customer(id=customer.id, version=0)) for customer in wanted if customer.id not in rows]
        old = [_apply(customer, rows[customer.id]) for customer in wanted if customer.id in rows]
        Customer.objects.bulk_create(new)
        Customer.objects.bulk_update(old, _CUSTOMER_FIELDS)
        _put_addresses(wanted)
        for row in old:
            if not row.may_go_on:
                sessions.end_all(Kind.CUSTOMER, row.id, reason="imported as blocked")
    return refused


def remove_imported(ids: Collection[UUID]) -> None:
    """Delete accounts that are gone where they came from, with their address books; their sessions end."""
    with unit_of_work("identity"):
        rows = list(Customer.objects.select_for_update().filter(id__in=ids).order_by("id"))
        for row in rows:
            sessions.end_all(Kind.CUSTOMER, row.id, reason="removed")
        Customer.objects.filter(id__in=[row.id for row in rows]).delete()


def _taken(customers: Sequence[ImportedCustomer]) -> set[UUID]:
    names = {customer.id: (customer.channel_group, keyed_hash(customer.email)) for customer in customers}
    holders = Customer.objects.filter(
        channel_group__in={group for group, _ in names.values()}, email_hash__in={name for _, name in names.values()}
    )
    held = {(group, name): id_ for group, name, id_ in holders.values_list("channel_group", "email_hash", "id")}
    refused = set()
    for customer in customers:
        if held.setdefault(names[customer.id], customer.id) != customer.id:
            refused.add(customer.id)
    return refused


def _apply(wanted: ImportedCustomer, row: Customer) -> Customer:
    for name in ("channel_group", "channel", "email", "name", "locale", "external_id", "locked_until"):
        setattr(row, name, getattr(wanted, name))
    row.email_hash = keyed_hash(wanted.email)
    row.details = dict(wanted.details) or None
    row.group_id = wanted.group
    row.version += 1
    if not row.created_at:
        row.created_at = wanted.created_at or clock.now()
    if wanted.password is not None:
        row.password = wanted.password.stored
    if wanted.blocked is not None and wanted.blocked != (row.state == states.BLOCKED):
        row.move("block" if wanted.blocked else "unblock")
        announcing.let_in_or_out(row, lane=Lane.BULK)
    return row


def _put_addresses(customers: Sequence[ImportedCustomer]) -> None:
    """The imported addresses of these customers are these and no others; a default of theirs is the only one."""
    wanted = {address.id: (customer, address) for customer in customers for address in customer.addresses}
    owners = [customer.id for customer in customers]
    Address.objects.filter(customer_id__in=owners, external_id__isnull=False).exclude(id__in=wanted).delete()
    for flag in ("default_shipping", "default_billing"):
        decided = [customer.id for customer, address in wanted.values() if getattr(address, flag)]
        Address.objects.filter(customer_id__in=decided, **{flag: True}).update(**{flag: False})
    rows = {row.id: row for row in Address.objects.filter(id__in=wanted)}
    Address.objects.bulk_update([_address(*wanted[id_], row) for id_, row in rows.items()], _ADDRESS_FIELDS)
    Address.objects.bulk_create(
        [_address(*wanted[id_], Address(id=id_, version=0)) for id_ in wanted if id_ not in rows]
    )


def _address(customer: ImportedCustomer, wanted: ImportedAddress, row: Address) -> Address:
    row.customer_id = customer.id
    row.external_id = wanted.external_id
    row.postal = {**(row.postal or {}), **wanted.postal}
    row.country = wanted.country
    row.details = dict(wanted.details) or None
    row.default_shipping, row.default_billing = wanted.default_shipping, wanted.default_billing
    row.created_at = row.created_at or wanted.created_at or clock.now()
    row.version += 1
    return row
