"""What changes customers and their address books: each command and its function, side by side."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chassis import clock
from chassis.access.principal import Kind
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.precondition import NO_PRECONDITION, Precondition
from chassis.unit_of_work import publish, unit_of_work
from contracts.identity import ChannelGroupChanged
from identity.auth import credentials, sessions
from identity.customer import announcing
from identity.customer.errors import EmailTaken, TooManyAddresses, UnknownGroup
from identity.customer.models import GENERAL, Address, ChannelCopy, Customer, CustomerGroup

log = logging.getLogger("sixfold.identity")
MOST_ADDRESSES = 100
_POSTAL = ("name", "street", "city", "postcode", "region", "company", "phone")


@dataclass(frozen=True, kw_only=True)
class RegisterCustomer:
    """`password` None makes an account that sets one by e-mail first; it is hashed here, never stored."""

    channel_group: str
    email: str
    name: str
    locale: str
    password: str | None
    channel: str = ""
    group: str = GENERAL


def register_customer(command: RegisterCustomer) -> UUID:
    """Make the account and return its id. Raises EmailTaken, UnknownGroup, PasswordTooWeak."""
    hashed = None
    if command.password is not None:
        credentials.demand_strength(command.password, email=command.email)
        # Before the transaction, and also for an e-mail that is taken: both answers take the same time.
        hashed = credentials.hash_password(command.password)
    with unit_of_work("identity"):
        if command.group == GENERAL:
            ensure_group(GENERAL, name="General")
        elif not CustomerGroup.objects.filter(code=command.group).exists():
            raise UnknownGroup(command.group)
        customer = Customer(
            id=new_id(),
            channel_group=command.channel_group,
            channel=command.channel,
            email=command.email.strip(),
            name=command.name.strip(),
            locale=command.locale,
            group_id=command.group,
            password=hashed,
            created_at=clock.now(),
        )
        try:
            with transaction.atomic(using="identity"):
                customer.save(force_insert=True)
        except IntegrityError as error:
            if "identity_customer_email" not in str(error):
                raise
            raise EmailTaken() from None
        announcing.registered(customer)
    return customer.id


def register_unless_taken(command: RegisterCustomer) -> None:
    """A shopper's registration: says nothing of whether the e-mail has an account, which stays as it is."""
    try:
        register_customer(command)
    except EmailTaken:
        log.info("A registration named an e-mail address that has an account.")


def ensure_group(code: str, *, name: str) -> None:
    """Make a customer group unless it is there."""
    with unit_of_work("identity"):
        CustomerGroup.objects.bulk_create([CustomerGroup(code=code, name=name)], ignore_conflicts=True)


def join_channel_group(channel: str, group: str) -> None:
    """Have a channel share its customers with those of `group`; "" makes it a group of its own.

    The channel may not have been heard of yet: it opens when catalog says so. Accounts are not moved.
    """
    with unit_of_work("identity"):
        ChannelCopy.objects.bulk_create(
            [ChannelCopy(code=channel, active=False, known_version=-1)], ignore_conflicts=True
        )
        row = ChannelCopy.objects.select_for_update().get(code=channel)
        if row.channel_group == group:
            return
        row.channel_group, row.group_version = group, row.group_version + 1
        row.save(update_fields=["channel_group", "group_version"])
        publish(channel_group_changed(row), aggregate_id=channel, aggregate_version=row.group_version, channel=channel)


def channel_group_changed(row: ChannelCopy) -> ChannelGroupChanged:
    """Whose customers a channel lets in, as others hear of it."""
    return ChannelGroupChanged(channel=row.code, group=row.channel_group or row.code)


@dataclass(frozen=True, kw_only=True)
class EditCustomer:
    """Only what is not None changes."""

    customer: UUID
    name: str | None = None
    locale: str | None = None
    precondition: Precondition = NO_PRECONDITION


def edit_customer(command: EditCustomer) -> Customer:
    """Change the profile. Raises NotFound and StaleVersion."""
    with unit_of_work("identity"):
        customer = _locked(command.customer)
        command.precondition.check(customer.version)
        changes = {"name": command.name, "locale": command.locale}
        for field, value in changes.items():
            if value is not None:
                setattr(customer, field, value)
        customer.version += 1
        customer.save(update_fields=["name", "locale", "version"])
        announcing.changed(customer)
    return customer


def block_customer(customer_id: UUID) -> None:
    """Keep a customer out: no sign-in any more, open sessions end. Raises IllegalTransition."""
    with unit_of_work("identity"):
        customer = _locked(customer_id)
        customer.move("block")
        customer.save(update_fields=["state", "version"])
        announcing.let_in_or_out(customer)
        sessions.end_all(Kind.CUSTOMER, customer.id, reason="blocked")


def unblock_customer(customer_id: UUID) -> None:
    """Let a customer in again. Raises IllegalTransition."""
    with unit_of_work("identity"):
        customer = _locked(customer_id)
        customer.move("unblock")
        customer.save(update_fields=["state", "version"])
        announcing.let_in_or_out(customer)


@dataclass(frozen=True, kw_only=True)
class AddAddress:
    """`postal` has name, street, city, postcode, region, company and phone."""

    customer: UUID
    postal: Mapping[str, str]
    country: str
    default_shipping: bool = False
    default_billing: bool = False


def add_address(command: AddAddress) -> Address:
    """Add to the address book. Raises NotFound and TooManyAddresses."""
    with unit_of_work("identity"):
        customer = _locked(command.customer)
        if customer.addresses.count() >= MOST_ADDRESSES:
            raise TooManyAddresses()
        address = Address(
            id=new_id(),
            customer=customer,
            postal={name: command.postal.get(name, "") for name in _POSTAL},
            country=command.country,
            created_at=clock.now(),
        )
        _set_defaults(address, shipping=command.default_shipping, billing=command.default_billing)
        address.save(force_insert=True)
        announcing.address_added(address)
    return address


def edit_address(
    customer: UUID, address_id: UUID, *, changes: Mapping[str, Any], precondition: Precondition = NO_PRECONDITION
) -> Address:
    """Change the named parts of an address. Raises NotFound and StaleVersion."""
    with unit_of_work("identity"):
        address = _own(_locked(customer), address_id)
        precondition.check(address.version)
        address.postal = {**address.postal, **{n: changes[n] for n in _POSTAL if n in changes}}
        address.country = changes.get("country", address.country)
        _set_defaults(
            address,
            shipping=changes.get("default_shipping", address.default_shipping),
            billing=changes.get("default_billing", address.default_billing),
        )
        address.version += 1
        address.save()
        announcing.address_changed(address)
    return address


def remove_address(customer: UUID, address_id: UUID, *, precondition: Precondition = NO_PRECONDITION) -> None:
    """Remove an address. Raises NotFound and StaleVersion."""
    with unit_of_work("identity"):
        address = _own(_locked(customer), address_id)
        precondition.check(address.version)
        announcing.address_removed(address)
        address.delete()


def _locked(customer_id: UUID) -> Customer:
    # The customer's lock stands for its address book too: two new defaults take turns.
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None:
        raise NotFound()
    return customer


def _own(customer: Customer, address_id: UUID) -> Address:
    address = customer.addresses.filter(id=address_id).first()
    if address is None:
        raise NotFound()
    return address


def _set_defaults(address: Address, *, shipping: bool, billing: bool) -> None:
    others = Address.objects.filter(customer_id=address.customer_id).exclude(id=address.id)
    if shipping:
        others.filter(default_shipping=True).update(default_shipping=False)
    if billing:
        others.filter(default_billing=True).update(default_billing=False)
    address.default_shipping, address.default_billing = shipping, billing
