"""`manage.py events`, run on the real tables: letters, lag, metrics, republishing to one domain."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from chassis import clock, domains, republishing
from chassis.ids import new_id
from chassis.messages import decode_message, encode, scrubbed
from chassis.observe import metrics
from chassis.testing import drain
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import ChannelChanged
from logistics.models import DeadLetter, FulfilmentOrder
from operations.tests.conftest import placed, told

pytestmark = pytest.mark.django_db(
    databases=["commerce", "catalog", "logistics", "postpurchase", "identity", "platform"]
)


def events(*arguments: str) -> str:
    out = io.StringIO()
    call_command("events", *arguments, stdout=out)
    return out.getvalue()


def channel(code: str = "north") -> ChannelChanged:
    return ChannelChanged(
        code=code, name="North", currency="EUR", time_zone="UTC", countries=("DE",), prices_include_tax=True
    )


@pytest.fixture
def letter() -> UUID:
    """An event that a handler of commerce could not apply, and that is dead."""
    with unit_of_work("catalog"):
        publish(channel(), aggregate_id="north", aggregate_version=1)
    row = domains.get("catalog").tables.outbox._default_manager.using("catalog").latest("seq")
    handler = domains.get("commerce").handlers["catalog.channel_changed"][0]
    made = domains.get("commerce").tables.letter._default_manager.using("commerce").create(
        id=new_id(), event=row.id, handler=handler.name, type=row.type,
        message=encode(decode_message(row.message)).decode(),
        state="dead", attempts=8, reason="ValueError: no such thing", traceback="Traceback: here",
        first_failed_at=clock.now() - timedelta(seconds=90), last_failed_at=clock.now(),
    )  # fmt: skip
    return made.id


def state_of(letter: UUID) -> str:
    return str(domains.get("commerce").tables.letter._default_manager.using("commerce").get(id=letter).state)


def test_letters_are_listed_and_shown_with_their_reason_and_traceback(letter: UUID) -> None:
    assert "ValueError: no such thing" in events("letters")
    shown = events("letters", "show", str(letter))
    assert '"code": "north"' in shown
    assert "Traceback: here" in shown


def test_a_replayed_letter_takes_effect(letter: UUID) -> None:
    assert f"{letter} replayed" in events("letters", "replay", str(letter))
    assert state_of(letter) == "replayed"
    inbox = domains.get("commerce").tables.inbox._default_manager.using("commerce")
    assert inbox.filter(handler="commerce.checkout.projection.copy_channels").exists()


def test_a_letter_whose_address_was_removed_makes_no_picking_list() -> None:
    message = scrubbed(told(placed()))
    letter = DeadLetter.objects.create(
        id=new_id(), event=message.id, handler="logistics.reactions.stock_events", type=message.type,
        message=encode(message).decode(), state="dead", reason="ValueError", traceback="",
        first_failed_at=clock.now(), last_failed_at=clock.now(),
    )  # fmt: skip
    answer = events("letters", "replay", str(letter.id))
    assert "not replayed: Its personal data was removed" in answer
    assert not FulfilmentOrder.objects.exists()


def test_all_dead_letters_of_a_domain_are_discarded_at_once(letter: UUID) -> None:
    assert "no letters" in events("letters", "discard", "--all", "--domain", "catalog")
    assert f"{letter} discarded" in events("letters", "discard", "--all", "--domain", "commerce")
    assert state_of(letter) == "discarded"


def test_nothing_is_replayed_by_accident(letter: UUID) -> None:
    with pytest.raises(CommandError, match="needs ids or --all"):
        events("letters", "replay")
    with pytest.raises(CommandError, match="no such letter"):
        events("letters", "replay", "00000000-0000-0000-0000-000000000000")
    assert state_of(letter) == "dead"


def test_lag_tells_what_waits_and_since_when(letter: UUID) -> None:
    lines = [" ".join(line.split()) for line in events("lag").splitlines()]
    assert [line for line in lines if line.startswith("catalog outbox lane=fast 1 waiting")]
    assert [line for line in lines if line.startswith("commerce letters state=dead 1 waiting, oldest 90.")]


def test_metrics_tell_the_same(letter: UUID) -> None:
    text = metrics.exposition().decode()
    assert 'sixfold_outbox{domain="catalog",lane="fast"} 1.0' in text
    assert 'sixfold_letters{domain="commerce",state="dead"} 1.0' in text
    assert 'sixfold_letters_oldest_seconds{domain="commerce",state="dead"} 90.' in text


def test_list_names_every_subscriber() -> None:
    line = next(line for line in events("list").splitlines() if line.startswith("catalog.view_changed "))
    assert "commerce" in line


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalog can publish one channel again."""
    states = [republishing.State(event=channel(), aggregate_id="north", aggregate_version=3, channel="north")]
    monkeypatch.setattr(republishing, "sources", lambda label: {"catalog.channel_changed": lambda: states})


def test_republished_state_reaches_the_one_domain_meant(source: None) -> None:
    assert "1 catalog.channel_changed published again for commerce" in events(
        "republish", "catalog.channel_changed", "--to", "commerce"
    )
    row = domains.get("catalog").tables.outbox._default_manager.using("catalog").latest("seq")
    message = decode_message(row.message)
    assert (row.lane, message.to, message.aggregate_version) == ("bulk", "commerce", 3)
    drain("catalog", "commerce", "logistics")
    got = {
        label: domains.get(label).tables.inbox._default_manager.using(label).filter(event=row.id).count()
        for label in ("commerce", "logistics")
    }
    assert got == {"commerce": 1, "logistics": 0}


def test_the_relay_packs_a_message_for_one_subscriber_for_nobody_else(source: None) -> None:
    from chassis.relay import Relay

    events("republish", "catalog.channel_changed", "--to", "commerce")
    row = domains.get("catalog").tables.outbox._default_manager.using("catalog").latest("seq")
    relay = Relay("catalog", {"catalog.channel_changed": ("commerce", "logistics")})
    assert relay._meant(row.type, row.message) == ("commerce",)
    with unit_of_work("catalog"):
        publish(channel("to"), aggregate_id="to", aggregate_version=1)
    row = domains.get("catalog").tables.outbox._default_manager.using("catalog").latest("seq")
    assert relay._meant(row.type, row.message) == ("commerce", "logistics")


def test_what_cannot_be_republished_is_refused_with_the_reason(source: None) -> None:
    for arguments, sentence in (
        (("catalog.view_changed", "--to", "commerce"), "catalog has no source"),
        (("catalog.channel_changed", "--to", "nobody"), "nobody does not subscribe"),
        (("nobody.happened", "--to", "commerce"), "nobody is not installed"),
    ):
        with pytest.raises(CommandError, match=sentence):
            events("republish", *arguments)


def test_an_event_that_is_only_reacted_to_is_not_republished() -> None:
    with pytest.raises(CommandError, match="keeps no copy of commerce"):
        events("republish", "commerce.order_placed", "--to", "logistics")
