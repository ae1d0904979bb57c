"""Reads of the customer slice."""

from dataclasses import dataclass
from uuid import UUID

from chassis.access.principal import Kind, Principal
from chassis.fields import keyed_hash
from identity.customer.errors import UnknownView
from identity.customer.models import ChannelCopy, Customer, ViewCopy


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a request stands: view, channel, and the group whose customers it knows."""

    view: str
    locale: str
    channel: str
    channel_group: str


def place_of(view: str) -> Place:
    """The place of an active view; UnknownView otherwise."""
    found = ViewCopy.objects.filter(code=view, active=True).first()
    channel = ChannelCopy.objects.filter(code=found.channel, active=True).first() if found else None
    if found is None or channel is None:
        raise UnknownView()
    group = channel.channel_group or channel.code
    return Place(view=found.code, locale=found.locale, channel=channel.code, channel_group=group)


def channel_group_of(view: str) -> str:
    """Whose customers a view lets in; UnknownView where it lets in nobody."""
    return place_of(view).channel_group


def by_email(channel_group: str, email: str) -> Customer | None:
    """The customer of that e-mail in that group of channels."""
    return Customer.objects.filter(channel_group=channel_group, email_hash=keyed_hash(email)).first()


def principal_for(customer: Customer) -> Principal:
    """What a customer's token says: ids and what chooses prices, nothing personal."""
    return Principal(
        kind=Kind.CUSTOMER,
        id=str(customer.id),
        channel_group=customer.channel_group,
        customer_group=str(customer.group_id),
    )


def load_principal(customer_id: UUID) -> Principal | None:
    """The principal as it is now, None for who may not go on."""
    customer = Customer.objects.filter(id=customer_id).first()
    return principal_for(customer) if customer is not None and customer.may_go_on else None
