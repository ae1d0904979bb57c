"""What other domains are told about customers and their address books. What an address says stays here."""

from chassis.messages import Lane
from chassis.unit_of_work import publish
from contracts import identity as events
from identity.customer import states
from identity.customer.models import Address, Customer


def registered(customer: Customer) -> None:
    """An account exists."""
    event = events.CustomerRegistered(
        customer=customer.id,
        channel_group=customer.channel_group,
        email=customer.email,
        name=customer.name,
        locale=customer.locale,
        group=customer.group_id,
    )
    _tell(customer, event)


def changed(customer: Customer) -> None:
    """The profile says something else, whoever edited it."""
    event = events.CustomerChanged(
        customer=customer.id,
        channel_group=customer.channel_group,
        name=customer.name,
        locale=customer.locale,
        group=customer.group_id,
    )
    _tell(customer, event)


def let_in_or_out(customer: Customer, *, lane: Lane = Lane.FAST) -> None:
    """The account was blocked, or is no longer."""
    kind = events.CustomerBlocked if customer.state == states.BLOCKED else events.CustomerUnblocked
    _tell(customer, kind(customer=customer.id, channel_group=customer.channel_group), lane=lane)


def address_added(address: Address) -> None:
    """One more in the address book."""
    _tell_of(address, events.AddressAdded)


def address_changed(address: Address) -> None:
    """An address was edited, or is a default now or no longer."""
    _tell_of(address, events.AddressChanged)


def address_removed(address: Address) -> None:
    """One less in the address book: the last that is said of it, so under a version of its own."""
    address.version += 1
    _tell_of(address, events.AddressRemoved)


def _tell(customer: Customer, event: object, *, lane: Lane = Lane.FAST) -> None:
    version, channel = customer.version, customer.channel
    publish(event, aggregate_id=customer.id, aggregate_version=version, channel=channel, lane=lane)


def _tell_of(address: Address, kind: type[events.AddressAdded | events.AddressChanged | events.AddressRemoved]) -> None:
    event = kind(customer=address.customer_id, address=address.id)
    channel = address.customer.channel
    publish(event, aggregate_id=address.id, aggregate_version=address.version, channel=channel)
