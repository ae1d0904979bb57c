"""Profile and address book over REST, copies of channels and views, and staff made by command."""

from dataclasses import replace

import msgspec
import pytest
from django.core.management import CommandError, call_command

from chassis import clock
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.messages import (
    Envelope,
    Lane,
    Message,
    decode_envelope,
    decode_event,
    decode_message,
    encode,
    masked,
    type_of,
)
from contracts.catalog import ChannelChanged, ViewChanged
from contracts.identity import ChannelGroupChanged
from identity.customer.commands import block_customer, join_channel_group, unblock_customer
from identity.customer.models import Address, ChannelCopy, Customer, ViewCopy
from identity.messaging import OutboxEvent
from identity.republish import REPUBLISH
from identity.tests.conftest import make_customer, post, sign_in
from identity.user.models import StaffMember

pytestmark = pytest.mark.django_db(databases=["identity"])
ME = "/api/v1/de/customers/me"
HOME = {"name": "Ann Müller", "street": "Weg 1", "city": "Köln", "postcode": "50667", "country": "DE"}


@pytest.fixture
def ann(client, view):
    make_customer()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {sign_in(client)['access_token']}"
    return client


def patch(client, path, body, **headers):
    return client.patch(path, body, content_type="application/json", headers=headers)


def add(client, **changes):
    answer = post(client, "customers/me/addresses", {**HOME, **changes})
    assert answer.status_code == 201, answer.content
    return answer


def test_a_profile_is_edited_from_the_version_that_was_read(ann):
    read = ann.get(ME)["ETag"]
    edited = patch(ann, ME, {"name": "Anne"}, **{"If-Match": read})
    assert (edited.status_code, edited.json()["name"], edited["ETag"]) == (200, "Anne", '"v2"')
    assert patch(ann, ME, {"name": "Late"}, **{"If-Match": read}).status_code == 412
    assert Customer.objects.get().name == "Anne"


def test_what_is_not_the_customers_to_change_is_refused_not_dropped(ann):
    answer = patch(ann, ME, {"group": "vip", "name": "Anne"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "/group"
    assert Customer.objects.get().name == "Ann"


def test_addresses_are_added_read_edited_and_removed(ann):
    made = add(ann).json()
    path = f"{ME}/addresses/{made['id']}"
    assert made["city"] == "Köln" and made["default_shipping"] is False
    edited = patch(ann, path, {"city": "Bonn"}).json()
    assert (edited["city"], edited["street"]) == ("Bonn", "Weg 1")
    assert [a["city"] for a in ann.get(f"{ME}/addresses").json()["items"]] == ["Bonn"]
    assert ann.delete(path).status_code == 204
    assert ann.get(path).status_code == 404


def told(*names):
    """Messages of these types, oldest first."""
    rows = OutboxEvent.objects.filter(type__in=[f"identity.{name}" for name in names]).order_by("seq")
    return [decode_message(row.message) for row in rows]


def test_an_edited_profile_is_told_with_its_name_marked_as_personal(ann):
    patch(ann, ME, {"name": "Anne", "locale": "en_GB"})
    [message] = told("customer_changed")
    event, customer = decode_event(message), Customer.objects.get()
    assert (event.customer, event.name, event.locale, event.group) == (customer.id, "Anne", "en_GB", "general")
    assert message.aggregate_version == customer.version == 2
    assert masked(message)["name"] == "•••"


def test_a_refused_edit_tells_nothing(ann):
    patch(ann, ME, {"name": "Late"}, **{"If-Match": '"v9"'})
    assert not told("customer_changed")


def test_the_address_book_tells_that_it_changed_and_not_what_it_says(ann):
    made = add(ann).json()
    path = f"{ME}/addresses/{made['id']}"
    patch(ann, path, {"city": "Bonn"})
    ann.delete(path)
    messages = told("address_added", "address_changed", "address_removed")
    assert [(one.type, one.aggregate_version) for one in messages] == [
        ("identity.address_added", 1), ("identity.address_changed", 2), ("identity.address_removed", 3),
    ]  # fmt: skip
    customer = str(Customer.objects.get().id)
    assert all(msgspec.json.decode(one.body) == {"customer": customer, "address": made["id"]} for one in messages)


def test_blocking_and_letting_in_again_are_told(view):
    ann = make_customer()
    block_customer(ann.id)
    unblock_customer(ann.id)
    messages = told("customer_blocked", "customer_unblocked")
    assert [(one.type, one.aggregate_version) for one in messages] == [
        ("identity.customer_blocked", 2), ("identity.customer_unblocked", 3),
    ]  # fmt: skip
    assert len(told("sessions_revoked")) == 1


def test_there_is_one_default_address_of_each_kind(ann):
    first = add(ann, default_shipping=True, default_billing=True).json()["id"]
    second = add(ann, default_shipping=True).json()["id"]
    assert str(Address.objects.get(default_shipping=True).id) == second
    assert str(Address.objects.get(default_billing=True).id) == first


def test_nobody_reaches_anothers_address(ann):
    bob = make_customer("bob@example.org")
    theirs = Address.objects.create(customer=bob, postal={"city": "Rom"}, country="IT", created_at=clock.now())
    path = f"{ME}/addresses/{theirs.id}"
    assert ann.get(path).status_code == 404
    assert patch(ann, path, {"city": "Bonn"}).status_code == 404
    assert ann.delete(path).status_code == 404
    assert Address.objects.get().postal == {"city": "Rom"}


def test_a_repeated_call_with_one_key_adds_one_address(ann):
    key = {"Idempotency-Key": "once-1"}
    first = post(ann, "customers/me/addresses", HOME, **key)
    again = post(ann, "customers/me/addresses", HOME, **key)
    other = post(ann, "customers/me/addresses", {**HOME, "city": "Bonn"}, **key)
    assert (first.status_code, again.json(), other.status_code) == (201, first.json(), 422)
    assert Address.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"country": "Germany"}, {"country": "de"}, {"city": ""}, {"city": "x" * 121}, {"postcode": None}]
)
def test_an_address_that_makes_no_sense_is_refused_with_its_field(ann, change):
    answer = post(ann, "customers/me/addresses", {**HOME, **change})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == f"/{next(iter(change))}"


def test_the_address_book_needs_a_token(client, view):
    for path in ("", "/addresses", f"/addresses/{new_id()}"):
        answer = client.get(f"{ME}{path}")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def deliver(*events):
    """Through JSON and the inbox, as a broker would."""
    messages = [
        Message(
            id=new_id(),
            type=type_of(type(event)).name,
            version=1,
            occurred_at=clock.now(),
            aggregate_type=type_of(type(event)).aggregate,
            aggregate_id=event.code,
            aggregate_version=version,
            body=msgspec.Raw(encode(event)),
        )
        for event, version in events
    ]
    envelope = Envelope(id=new_id(), producer="catalog", subscriber="identity", lane=Lane.FAST, messages=messages)
    receive(decode_envelope(encode(envelope)))


CHANNEL = ChannelChanged(
    code="eu", name="Europe", currency="EUR", time_zone="Europe/Berlin", countries=("DE",), prices_include_tax=True
)
VIEW = ViewChanged(code="de", name="Deutsch", channel="eu", locale="de_DE")


def test_a_view_lets_in_once_its_channel_is_known_and_no_more_when_it_is_closed(client):
    body = {"email": "ann@example.org", "password": "correct horse", "name": "Ann"}
    deliver((VIEW, 1))
    assert post(client, "customers", body).status_code == 404
    deliver((CHANNEL, 1))
    assert post(client, "customers", body).status_code == 202
    deliver((replace(VIEW, active=False), 2))
    assert post(client, "customers", body).status_code == 404


def test_a_late_event_does_not_undo_a_newer_one():
    deliver((replace(VIEW, locale="fr_FR"), 3), (VIEW, 2))
    deliver((VIEW, 1))
    assert ViewCopy.objects.get().locale == "fr_FR"


def test_a_channels_group_is_ours_and_stays():
    deliver((CHANNEL, 1))
    ChannelCopy.objects.update(channel_group="world")
    deliver((replace(CHANNEL, name="EU"), 2))
    channel = ChannelCopy.objects.get()
    assert (channel.name, channel.channel_group) == ("EU", "world")


def test_a_channel_that_joins_a_group_tells_once_and_can_tell_again():
    deliver((CHANNEL, 1))
    for group in ("world", "world", ""):
        join_channel_group(CHANNEL.code, group)
    rows = OutboxEvent.objects.filter(type="identity.channel_group_changed").order_by("seq")
    told = [decode_message(row.message) for row in rows]
    assert [(one.aggregate_version, decode_event(one).group) for one in told] == [(1, "world"), (2, CHANNEL.code)]
    (state,) = REPUBLISH[ChannelGroupChanged]()
    assert (state.event, state.aggregate_version) == (ChannelGroupChanged(channel=CHANNEL.code, group=CHANNEL.code), 2)


def test_staff_are_made_by_command_with_roles(monkeypatch, capsys):
    monkeypatch.setenv("STAFF_PASSWORD", "correct horse battery")
    call_command("staff", "create", "sam@example.org", "--role", "support", "--role", "fulfilment")
    member = StaffMember.objects.get()
    assert "logistics.*" in member.grants and "*" not in member.grants
    assert member.password.startswith("$argon2id$")
    with pytest.raises(CommandError, match="There is a staff account"):
        call_command("staff", "create", "SAM@example.org", "--role", "support")
    with pytest.raises(CommandError, match="no such role"):
        call_command("staff", "create", "kim@example.org", "--role", "king")
    monkeypatch.setenv("STAFF_PASSWORD", "short")
    with pytest.raises(CommandError, match="too easy"):
        call_command("staff", "create", "kim@example.org")
    assert StaffMember.objects.count() == 1
