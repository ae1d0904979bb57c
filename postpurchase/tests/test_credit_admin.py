"""Staff and money of customers: gift cards are issued and blocked by buttons, credit is granted, ledgers looked at."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from chassis.admin.testing import queries_of_page, sign_in_as
from chassis.ids import new_id
from contracts.postpurchase import GIFT_CARD
from postpurchase.credit.codes import code_hash
from postpurchase.credit.models import GiftCard, GiftCardEntry, StoreCredit
from postpurchase.loyalty.models import BurnRule
from postpurchase.models import History
from postpurchase.tests.build import deliver
from postpurchase.tests.tendering import Checkout, a_card, a_credit

pytestmark = pytest.mark.django_db(databases=["postpurchase"])
ADMIN = "/admin/postpurchase"


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    return sign_in_as(monkeypatch, "postpurchase.*")


def test_a_gift_card_is_issued_and_its_code_is_shown_once(client: Client) -> None:
    new = {"amount": "50.00", "currency": "EUR", "expires_at_0": "", "expires_at_1": "", "note": "a complaint"}
    text = client.post(f"{ADMIN}/giftcard/add/", new, follow=True).content.decode()
    card = GiftCard.objects.get()
    code = text.partition("The code is ")[2][:19]
    assert (code_hash(code), card.balance, card.note) == (card.code_hash, Decimal(50), "a complaint")
    page = client.get(f"{ADMIN}/giftcard/{card.id}/change/").content.decode()
    assert card.last_four in page and code not in page and "50.00 EUR" in page
    entry = History.objects.get()
    assert (entry.action, entry.aggregate_id) == ("add", str(card.id))
    assert code not in str(entry.after) and card.code_hash not in str(entry.after)


@pytest.mark.parametrize(
    "wrong", [{"amount": "0"}, {"amount": "-5"}, {"amount": "1.005"}, {"currency": "eur"}, {"currency": "E1R"}]
)
def test_a_gift_card_of_nonsense_is_not_issued(client: Client, wrong: dict[str, str]) -> None:
    new = {"amount": "50.00", "currency": "EUR", "expires_at_0": "", "expires_at_1": "", "note": "", **wrong}
    client.post(f"{ADMIN}/giftcard/add/", new, follow=True)
    assert not GiftCard.objects.exists() and not History.objects.exists()


def test_a_gift_card_is_blocked_unblocked_and_extended_by_buttons_alone(client: Client) -> None:
    card = a_card()
    for name, state in (("block", "blocked"), ("unblock", "active"), ("extend", "active")):
        client.post(f"{ADMIN}/giftcard/{card.id}/transition/{name}/", {"expires_at": "2099-12-31 23:59"})
        card.refresh_from_db()
        assert card.state == state
    assert card.expires_at is not None and card.expires_at.year == 2099
    raw = {"balance": "999", "state": "blocked", "amount": "999", "currency": "USD", "metadata": "{}"}
    assert client.post(f"{ADMIN}/giftcard/{card.id}/change/", raw).status_code == 403
    assert client.post(f"{ADMIN}/giftcard/{card.id}/delete/", {"post": "yes"}).status_code == 403
    card.refresh_from_db()
    assert (card.balance, card.state, card.currency) == (50, "active", "EUR")


def test_store_credit_is_opened_granted_and_taken_off(client: Client) -> None:
    customer = new_id()
    new = {"holder": str(customer), "currency": "EUR", "amount": "30.00", "why": "late parcel"}
    for _ in range(2):
        client.post(f"{ADMIN}/storecredit/add/", new)
    credit = StoreCredit.objects.get()
    assert credit.balance == 60
    for amount in ("5.00", "-100.00", "-65.00"):
        client.post(f"{ADMIN}/storecredit/{credit.id}/transition/grant/", {"amount": amount, "why": "x"})
    credit.refresh_from_db()
    assert credit.balance == 0, "no more is taken off than is there"
    assert "late parcel" in client.get(f"{ADMIN}/storecredit/{credit.id}/change/").content.decode()


def test_ledgers_and_reservations_are_looked_at_and_never_written(client: Client) -> None:
    card = a_card()
    checkout = Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, "20.00")))
    text = client.get(f"{ADMIN}/tenderreservation/{checkout.saga}/change/").content.decode()
    assert "gift card" in text and "20" in text
    entry = GiftCardEntry.objects.get()
    for path in (
        f"giftcardentry/{entry.pk}/change/",
        "giftcardentry/add/",
        f"tenderreservation/{checkout.saga}/change/",
    ):
        assert client.post(f"{ADMIN}/{path}", {"amount": "1", "state": "released"}).status_code == 403


def test_a_burn_rate_is_above_zero(client: Client) -> None:
    client.post(f"{ADMIN}/burnrule/add/", {"channel": "shop", "points_per_unit": "0"})
    assert not BurnRule.objects.exists()
    client.post(f"{ADMIN}/burnrule/add/", {"channel": "shop", "points_per_unit": "100"})
    assert BurnRule.objects.get().points_per_unit == 100


def test_a_cards_page_takes_the_same_queries_however_long_its_ledger(client: Client) -> None:
    card, credit = a_card(), a_credit(new_id())
    pages = (f"{ADMIN}/giftcard/{card.id}/change/", f"{ADMIN}/storecredit/{credit.id}/change/")
    few = [queries_of_page(client, "postpurchase", page) for page in pages]
    for _ in range(5):
        checkout = Checkout(customer=credit.customer)
        deliver(checkout.request((GIFT_CARD, card.id, "1.00"), ("store_credit", credit.id, "1.00")))
        deliver(checkout.confirmation())
    assert [queries_of_page(client, "postpurchase", page) for page in pages] == few


def test_who_only_looks_issues_nothing(client: Client, grants: set[str]) -> None:
    card = a_card()
    grants.clear()
    grants.add("*.*.view")
    assert client.post(f"{ADMIN}/giftcard/add/", {"amount": "50", "currency": "EUR"}).status_code == 403
    assert client.post(f"{ADMIN}/giftcard/{card.id}/transition/block/").status_code == 403
    assert GiftCard.objects.get().state == "active"


def test_the_command_prints_codes_that_pay() -> None:
    out = StringIO()
    call_command("giftcards", "issue", "50", "EUR", count=2, expires="2099-12-31", stdout=out)
    codes = out.getvalue().split()
    assert {code_hash(code) for code in codes} == set(GiftCard.objects.values_list("code_hash", flat=True))
    for arguments in (("x", "EUR"), ("0", "EUR"), ("5", "euro")):
        with pytest.raises(CommandError):
            call_command("giftcards", "issue", *arguments)
    with pytest.raises(CommandError):
        call_command("giftcards", "issue", "5", "EUR", expires="2001-01-01")
    assert GiftCard.objects.count() == 2
