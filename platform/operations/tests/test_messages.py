"""Mails: to whom, in which language, and each of them once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from chassis import clock
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work
from contracts.commerce import OrderCarried, OrderDelivery
from operations.models import DeadLetter, Job, Message, OrderContact, OutboxEvent
from operations.notification import texts
from operations.notification.commands import resend
from operations.tests.conftest import (
    Mailbox,
    added,
    cancelled,
    deliver,
    gift_card,
    offered,
    placed,
    refunded,
    registered,
    return_approved,
    return_declined,
    run_jobs,
    shipped,
    text_of,
    told,
)

pytestmark = pytest.mark.django_db(databases=["platform"])
TEMPLATES = (
    *("order_placed", "shipment_sent", "order_cancelled", "order_refunded", "return_approved", "return_declined"),
    *("customer_registered", "addition_offered", "goods_added", "draft_offered", "gift_card"),
)


CODE = "ABCD-EFGH-JKLM-7F3K"


class Killed(BaseException):
    """What no `except Exception` survives: stands for the end of the process."""


def sent_events() -> int:
    return OutboxEvent.objects.filter(type="platform.message_sent").count()


def test_an_order_is_confirmed_to_its_shopper(mailbox: Mailbox) -> None:
    deliver(told(placed()))
    run_jobs()
    mail = mailbox.only()
    assert mail["To"] == "ann@example.org"
    assert mail["Subject"] == "Your order S100001"
    assert "2 × Mug <blue>  €1,234.50" in text_of(mail)
    assert "Mug &lt;blue&gt;" in text_of(mail, "html")
    assert Message.objects.get().state == "sent"


def test_an_order_to_several_places_names_each_with_its_goods(mailbox: Mailbox) -> None:
    order, group = placed(), new_id()
    spoon = replace(order.lines[0], id=new_id(), name="Spoon", quantity=Decimal(1), delivery=group)
    wien = replace(order.delivery, name="Bea", street="Kurz 1", city="Wien", postcode="1010", country="AT")
    further = OrderDelivery(id=group, delivery=wien, shipping_method="parcel", shipping=Decimal(5))
    deliver(told(replace(order, lines=(*order.lines, spoon), deliveries=(further,))))
    run_jobs()
    mail = mailbox.only()
    for text in (text_of(mail), text_of(mail, "html")):
        place = text[text.index("Bea") :]
        assert "And to:" in text and "1010 Wien" in place and "1 × Spoon" in place and "Mug" not in place


def test_an_event_that_arrives_twice_is_one_mail(mailbox: Mailbox) -> None:
    message = told(placed())
    deliver(message)
    run_jobs()
    deliver(message, message)
    run_jobs()
    assert len(mailbox.mails()) == Message.objects.count() == sent_events() == 1


def test_a_fact_told_under_a_second_event_id_is_one_mail(mailbox: Mailbox) -> None:
    order = placed()
    deliver(told(order), told(order, version=2))
    run_jobs()
    assert len(mailbox.mails()) == Message.objects.count() == 1


def test_a_worker_that_dies_between_sending_and_recording_leaves_one_mail(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(told(placed()))

    def die(name: str) -> None:
        if name == "job.platform.send_message.after_call":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("chassis.jobs.runner.hit", die)
        with pytest.raises(Killed):
            run_jobs()
    assert len(mailbox.mails()) == 1
    assert Message.objects.get().state == "queued"
    assert run_jobs() == 0, "the dead worker's lease still stands"
    with clock.travel(timedelta(minutes=2)):
        assert run_jobs() == 1
    message = Message.objects.get()
    assert message.state == "sent"
    assert mailbox.only()["Message-ID"] == f"<{message.id}.1@shop.example>"
    assert sent_events() == 1


def test_two_workers_with_the_same_job_record_it_once(mailbox: Mailbox) -> None:
    deliver(told(placed()))
    runner = JobRunner("platform")
    [job] = runner.lease(5)
    assert runner.run_one(job)
    assert not runner.run_one(job), "its lease is over"
    assert len(mailbox.mails()) == sent_events() == 1


def test_the_link_to_pay_for_more_goes_to_the_orders_shopper(mailbox: Mailbox) -> None:
    order = placed(locale="de")
    offer = offered(order)
    deliver(told(offer))
    run_jobs()
    assert not mailbox.mails(), "nobody knows yet whom to write to"
    deliver(told(order))
    with clock.travel(timedelta(seconds=5)):
        run_jobs()
    asked = next(mail for mail in mailbox.mails() if "Mehr" in mail["Subject"])
    assert asked["To"] == "ann@example.org" and "2 × Pot <red>  31,00" in text_of(asked)
    assert "https://shop.example/orders/1/additions/2#key=secret" in text_of(asked)
    assert "Pot &lt;red&gt;" in text_of(asked, "html")
    deliver(told(offer, version=3))
    run_jobs()
    assert sum("Mehr" in mail["Subject"] for mail in mailbox.mails()) == 2, "staff have sent it again"


def test_what_was_added_is_confirmed_with_the_new_total_and_named_in_its_parcel(mailbox: Mailbox) -> None:
    order = placed()
    deliver(told(order), told(added(order, "15.50"), version=4))
    run_jobs()
    [mail] = [mail for mail in mailbox.mails() if mail["Subject"] == "Added to your order S100001"]
    assert "1 × Pot <red>  €15.50" in text_of(mail) and "Total of your order: €1,255.00" in text_of(mail)
    assert OrderContact.objects.get().names == {"MUG": "Mug <blue>", "POT": "Pot <red>"}


def test_a_gift_card_goes_to_who_it_is_for_once_and_its_code_stands_in_the_mail_alone(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    order = placed(locale="de")
    card = gift_card(order, CODE)
    deliver(told(card))
    assert not Message.objects.exists(), "nobody knows yet in which language"
    deliver(told(order))
    for _ in range(2):
        deliver(told(card))
    with clock.travel(timedelta(days=5)):  # no news for others
        run_jobs()
    message = Message.objects.get(template="gift_card")
    (mail,) = [mail for mail in mailbox.mails() if mail["To"] == "ada@example.org"]
    assert mail["Subject"] == "Ein Gutschein über 50,00 € für Sie"
    assert CODE in text_of(mail) and CODE in text_of(mail, "html") and "Ben &lt;b&gt; hat" in text_of(mail, "html")
    assert CODE not in message.text + message.html and "••••-••••-••••-7F3K" in message.text
    with connections["platform"].cursor() as cursor:
        for table in ("message", "job", "inboxentry"):
            cursor.execute(f"SELECT one::text FROM platform_{table} one")
            assert not [row for (row,) in cursor.fetchall() if CODE in row]
    assert CODE not in caplog.text


def test_a_gift_cards_mail_that_is_sent_again_has_its_code(mailbox: Mailbox) -> None:
    order = placed()
    deliver(told(order), told(gift_card(order, CODE)))
    run_jobs()
    with unit_of_work("platform"):
        resend(Message.objects.select_for_update().get(template="gift_card"))
    run_jobs()
    mails = [mail for mail in mailbox.mails() if mail["To"] == "ada@example.org"]
    assert [CODE in text_of(mail) for mail in mails] == [True, True]


def test_a_german_customer_gets_german_text(mailbox: Mailbox) -> None:
    deliver(told(placed(locale="de_DE")))
    run_jobs()
    mail = mailbox.only()
    assert mail["Subject"] == "Ihre Bestellung S100001"
    assert mail["Content-Language"] == "de"
    assert "Guten Tag Ann Müller" in text_of(mail)
    assert "1.234,50\xa0€" in text_of(mail)


@pytest.mark.parametrize("locale", ["vi", "", "xx-YY", "../../etc"])
def test_an_unknown_locale_falls_back_to_english(mailbox: Mailbox, locale: str) -> None:
    deliver(told(registered(locale=locale)))
    run_jobs()
    assert mailbox.only()["Subject"] == "Welcome"


@pytest.mark.parametrize("locale", texts.LOCALES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_there_in_every_language(template: str, locale: str) -> None:
    text = texts.render(template, locale=locale, facts={"name": "Zoë & Co", "number": "S1", "amount": "1 €"})
    assert text.locale == locale
    assert text.subject and "\n" not in text.subject
    assert "Zoë & Co" in text.text
    assert "Zoë &amp; Co" in text.html
    other = next(one for one in texts.LOCALES if one != locale)
    facts = {"name": "Zoë & Co", "number": "S1", "amount": "1 €"}
    assert text.text != texts.render(template, locale=other, facts=facts).text


def test_a_shipment_that_is_told_before_its_order_is_announced_once_the_order_is_known(mailbox: Mailbox) -> None:
    order = placed(locale="de")
    deliver(told(shipped(order)))
    run_jobs()
    assert not Message.objects.exists()
    assert DeadLetter.objects.get().state == "waiting"
    deliver(told(order))
    with clock.travel(timedelta(seconds=5)):
        run_jobs()
    subjects = {mail["Subject"] for mail in mailbox.mails()}
    assert subjects == {"Ihre Bestellung S100001", "Ihre Bestellung S100001 ist unterwegs"}
    shipment = next(mail for mail in mailbox.mails() if "unterwegs" in mail["Subject"])
    assert "2 × Mug <blue>" in text_of(shipment)
    assert "Post, Sendungsnummer T-42" in text_of(shipment)


def test_a_shipment_waits_while_its_orders_producer_works_off_a_day(mailbox: Mailbox) -> None:
    order, begun = placed(), clock.now()
    deliver(told(shipped(order)))
    now = begun
    while now < begun + timedelta(hours=20):
        now = Job.objects.filter(state="due").earliest("due_at").due_at
        with clock.travel(now):
            run_jobs()
    assert not mailbox.mails()
    with clock.travel(now):
        deliver(told(order))
    with clock.travel(now + timedelta(minutes=11)):
        run_jobs()
    assert DeadLetter.objects.get().state == "replayed"
    assert {mail["Subject"] for mail in mailbox.mails()} == {"Your order S100001", "Your order S100001 is on its way"}


def test_cancellation_and_each_refund_have_their_own_mail(mailbox: Mailbox) -> None:
    order = placed()
    deliver(told(order))
    deliver(told(cancelled(order)), told(refunded(order, "10.00")), told(refunded(order, "0.50")))
    run_jobs()
    texts_sent = "\n".join(text_of(mail) for mail in mailbox.mails())
    assert len(mailbox.mails()) == 4
    assert "€10.00 back to you" in texts_sent and "€0.50 back to you" in texts_sent
    assert "€1,239.50 was cancelled" in texts_sent


def test_who_bought_in_the_older_shop_reads_what_became_of_a_return(mailbox: Mailbox) -> None:
    order = placed()
    carried = OrderCarried(
        order=order.order,
        number="000000001",
        channel=order.channel,
        locale="en",
        customer=None,
        email="old@example.org",
        name="Old",
        currency="EUR",
        placed_at=order.placed_at,
        lines=(),
    )
    deliver(told(carried, version=2), told(replace(carried, email="wrong@example.org"), version=1))
    deliver(told(return_approved(order)))
    run_jobs()
    [mail] = mailbox.mails()
    assert mail["To"] == "old@example.org" and "000000001" in text_of(mail)


@pytest.mark.parametrize(("locale", "approved", "declined"), [
    ("en", "Your return S-R000001 is approved", "The reason: worn & washed"),
    ("de", "Ihre Rücksendung S-R000001 ist genehmigt", "Der Grund: worn & washed"),
])  # fmt: skip
def test_who_wants_to_return_reads_what_was_decided(
    mailbox: Mailbox, locale: str, approved: str, declined: str
) -> None:
    order = placed(locale=locale)
    deliver(told(order))
    yes, no = return_approved(order), return_declined(order, reason="worn & washed")
    deliver(told(yes), told(no), told(yes, version=2))
    run_jobs()
    assert Message.objects.filter(template="return_approved").count() == 1
    mails = {mail["Subject"]: mail for mail in mailbox.mails()}
    assert len(mails) == 3 and "S100001" in text_of(mails[approved])
    [other] = [mail for subject, mail in mails.items() if "S-R000002" in subject]
    assert declined in text_of(other) and "worn &amp; washed" in text_of(other, "html")
    assert {mail["To"] for mail in mails.values()} == {"ann@example.org"}


def test_nobody_is_written_to_about_imports_rebuilds_or_the_old_shop(mailbox: Mailbox) -> None:
    deliver(told(placed(), lane=Lane.BULK), told(registered(), origin="magento"))
    run_jobs()
    assert not Message.objects.exists()
    assert OrderContact.objects.exists(), "later events of an imported order need its contact all the same"


def test_a_mail_about_what_happened_long_ago_is_not_sent_unless_staff_send_it(mailbox: Mailbox) -> None:
    deliver(told(placed()))
    with clock.travel(timedelta(days=3)):
        run_jobs()
        message = Message.objects.get()
        assert (message.state, message.sent_at) == ("skipped", None)
        assert not mailbox.mails() and not sent_events()
        with unit_of_work("platform"):
            resend(message)
        run_jobs()
    assert mailbox.only()["Subject"] == "Your order S100001"


def test_a_letter_replayed_days_later_writes_a_message_and_no_mail(mailbox: Mailbox) -> None:
    message = told(placed())
    with clock.travel(timedelta(days=3)):
        deliver(message)
        run_jobs()
    assert Message.objects.get().state == "skipped" and not mailbox.mails()


def test_a_mail_server_that_was_away_for_a_day_still_gets_its_mail(mailbox: Mailbox) -> None:
    deliver(told(placed()))
    with clock.travel(timedelta(days=1)):
        run_jobs()
    assert mailbox.only()


def test_an_older_version_of_an_order_does_not_bring_its_old_address_back() -> None:
    order = placed(email="new@example.org")
    deliver(told(order, version=3))
    deliver(told(placed(order=order.order, email="old@example.org"), version=2, lane=Lane.BULK))
    assert OrderContact.objects.get().email == "new@example.org"


def test_addresses_and_texts_are_not_readable_in_the_database() -> None:
    deliver(told(placed()))
    with connections["platform"].cursor() as cursor:
        cursor.execute("SELECT m::text || c::text || j::text FROM platform_message m, platform_ordercontact c, "
                       "platform_job j")  # fmt: skip
        [(stored,)] = cursor.fetchall()
    assert "S100001" in stored
    for secret in ("ann@", "Müller", "Weg 1", "53111"):
        assert secret not in stored


def test_a_mail_server_that_stays_away_is_tried_again_and_then_the_message_failed(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1:9")
    deliver(told(placed()))
    run_jobs()
    assert Job.objects.get().state == "due"
    assert Message.objects.get().state == "queued"
    Job.objects.update(attempts=29)
    with clock.travel(timedelta(hours=1)):
        run_jobs()
    assert Message.objects.get().state == "failed"
    assert "ann@" not in Job.objects.get().last_error + Message.objects.get().failure


def test_an_address_that_would_forge_a_header_is_not_written_to(mailbox: Mailbox) -> None:
    deliver(told(registered(email="a@example.org\nBcc: all@example.org")))
    run_jobs()
    assert Message.objects.get().state == "failed"
    assert mailbox.mails() == []


def test_money_is_written_as_the_locale_writes_it() -> None:
    assert texts.money(Decimal("1234.5"), "USD", locale="en_GB") == "$1,234.50"
    assert texts.money(Decimal("1234"), "JPY", locale="de") == "1.234\xa0¥"


def test_an_erased_customer_is_not_written_to(mailbox: Mailbox) -> None:
    order: Any = placed(email="")
    deliver(told(order))
    assert not Message.objects.exists()
    assert not DeadLetter.objects.exists()
