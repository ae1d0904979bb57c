"""Downloads: payment brings them, a link ends, limits hold, and nobody else gets in."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from catalog.catalog.downloads import links
from catalog.catalog.downloads.commands import grant_downloads, renew_grant, revoke_downloads, revoke_grant
from catalog.catalog.downloads.models import DownloadGrant
from catalog.catalog.errors import InvalidProduct
from catalog.commands import FileInput
from catalog.product.models import Product
from catalog.tests import kinds, shop
from chassis import clock
from chassis.access.principal import Kind, Principal
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from contracts.commerce import AdditionPaid, OrderCancelled, OrderLine, OrderPaid, OrderRefunded
from contracts.shared import Amount, Choice, Component

pytestmark = pytest.mark.django_db(databases=["catalog"])
CUSTOMER = new_id()


@pytest.fixture(autouse=True)
def _shop(db: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    shop.structure()
    kinds.downloadable()
    default_storage.save("private/book.pdf", ContentFile(b"the book"))
    default_storage.save("private/taste.pdf", ContentFile(b"a taste"))


def paid(quantity: int = 1, *, customer: UUID | None = CUSTOMER) -> OrderPaid:
    line = OrderLine(
        id=new_id(),
        sku="PDF",
        product=Product.objects.get(sku="PDF").id,
        name="Knife book",
        quantity=Decimal(quantity),
        unit_price=Decimal(10),
        total=Decimal(10),
        requires_shipping=False,
    )
    return OrderPaid(
        order=new_id(),
        number="EU-1",
        channel="eu",
        customer=customer,
        total=Amount(amount=Decimal(10), currency="EUR"),
        paid_at=clock.now(),
        lines=(line,),
        key_hash=hashlib.sha256(b"the-key").hexdigest(),
    )


def deliver(event: OrderPaid | AdditionPaid | OrderCancelled | OrderRefunded) -> None:
    with unit_of_work("catalog"):
        granting = isinstance(event, OrderPaid | AdditionPaid)
        (grant_downloads if granting else revoke_downloads)(event)  # type: ignore[operator]


def cancelled(event: OrderPaid) -> OrderCancelled:
    return OrderCancelled(order=event.order, number="EU-1", channel="eu", total=event.total, reason="changed mind")


def refunded(event: OrderPaid, amount: int, *, whole: bool) -> OrderRefunded:
    return OrderRefunded(
        order=event.order,
        number="EU-1",
        channel="eu",
        customer=event.customer,
        refund=new_id(),
        amount=Amount(amount=Decimal(amount), currency="EUR"),
        whole=whole,
    )


def http(customer: UUID | None = CUSTOMER) -> APIClient:
    client = APIClient()
    if customer:
        client.force_authenticate(user=Principal(kind=Kind.CUSTOMER, id=str(customer), channel_group="eu"))  # type: ignore[arg-type]
    return client


def listed(client: APIClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/api/v1/en/downloads").json()["items"]
    return items


def test_a_paid_order_brings_its_files_once_and_a_link_gives_the_file() -> None:
    event = paid()
    deliver(event)
    deliver(event)
    (found,) = listed(http())
    assert (found["label"], found["used"], found["most"]) == ("The book", 0, 2)
    answer = http(None).get(found["url"])
    assert b"".join(answer.streaming_content) == b"the book"  # type: ignore[attr-defined]
    assert "book.pdf" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "application/octet-stream"
    assert listed(http())[0]["used"] == 1


def test_what_is_added_to_an_order_brings_its_files_too() -> None:
    event = replace(paid(), lines=())
    deliver(event)
    assert not DownloadGrant.objects.exists()
    more = paid()
    deliver(
        AdditionPaid(
            addition=new_id(),
            order=event.order,
            number=event.number,
            channel=event.channel,
            customer=event.customer,
            total=event.total,
            paid_at=event.paid_at,
            lines=more.lines,
            key_hash=event.key_hash,
        )
    )
    assert set(DownloadGrant.objects.values_list("order", flat=True)) == {event.order}


def test_a_bundle_brings_the_files_of_its_parts() -> None:
    event = paid()
    book = event.lines[0].product
    part = Component(sku="PDF", product=book, name="Book", quantity=Decimal(1), requires_shipping=False)
    deliver(replace(event, lines=(replace(event.lines[0], product=new_id(), sku="SET", components=(part,)),)))
    assert len(listed(http())) == 1


def test_of_files_that_are_sold_singly_who_buys_gets_what_was_chosen() -> None:
    event = paid()
    for chosen, count in (("other", 0), ("book", 1)):
        choice = Choice(option="files", value=chosen)
        deliver(replace(event, order=new_id(), lines=(replace(event.lines[0], id=new_id(), choices=(choice,)),)))
        assert len(listed(http())) == count


def test_a_file_can_be_fetched_as_often_as_said_for_each_that_was_bought() -> None:
    deliver(paid(quantity=2))
    url = listed(http())[0]["url"]
    assert [http().get(url).status_code for _ in range(5)] == [200, 200, 200, 200, 410]
    assert listed(http())[0]["url"] is None


def test_a_link_ends_and_the_days_do_too() -> None:
    deliver(paid())
    url = listed(http())[0]["url"]
    with clock.travel(clock.now() + links.LIFETIME + timedelta(seconds=1)):
        assert http().get(url).json()["code"] == "link_expired"
        assert http().get(listed(http())[0]["url"]).status_code == 200
    with clock.travel(clock.now() + timedelta(days=10, seconds=1)):
        assert listed(http())[0]["url"] is None


def test_a_link_of_ones_own_making_opens_nothing() -> None:
    deliver(paid())
    url = listed(http())[0]["url"]
    assert http().get(url[:-2] + "xx").status_code == 410
    assert http().get("/api/v1/en/downloads/nonsense").status_code == 410


def test_strangers_see_nothing_and_a_guest_needs_the_orders_key() -> None:
    event = paid(customer=None)
    deliver(event)
    path = f"/api/v1/en/downloads/orders/{event.order}"
    assert http(None).get("/api/v1/en/downloads").status_code == 401
    assert listed(http(new_id())) == []
    assert http(None).get(path).json() == []
    assert http(None).get(path, headers={"X-Order-Key": "wrong"}).json() == []
    assert len(http(None).get(path, headers={"X-Order-Key": "the-key"}).json()) == 1


@pytest.mark.parametrize("first", ["paid", "the end"])
@pytest.mark.parametrize("end", ["cancelled", "refunded"])
def test_a_cancelled_or_refunded_order_brings_nothing_whatever_is_told_first(end: str, first: str) -> None:
    event = paid()
    news = [event, cancelled(event) if end == "cancelled" else refunded(event, 10, whole=True)]
    for one in news if first == "paid" else reversed(news):
        deliver(one)
    assert len(listed(http())) == (1 if first == "paid" else 0)
    assert all(found["url"] is None for found in listed(http()))


def test_the_refund_that_leaves_nothing_ends_an_orders_downloads_and_one_before_it_does_not() -> None:
    event = paid()
    deliver(event)
    deliver(refunded(event, 4, whole=False))
    assert listed(http())[0]["url"] is not None
    deliver(refunded(event, 6, whole=True))
    assert listed(http())[0]["url"] is None


def test_what_staff_gave_anew_stays_when_the_end_of_its_order_is_told_again() -> None:
    event = paid()
    deliver(event)
    for end in (refunded(event, 10, whole=True), cancelled(event)):
        deliver(end)
        renew_grant(DownloadGrant.objects.get().id)
        deliver(end)
        assert listed(http())[0]["url"] is not None


def test_staff_take_a_right_back_and_give_it_anew() -> None:
    deliver(paid())
    grant = DownloadGrant.objects.get()
    url = listed(http())[0]["url"]
    revoke_grant(grant.id)
    assert http().get(url).status_code == 410
    renew_grant(grant.id)
    assert http().get(url).status_code == 200


def test_a_sample_is_free_and_the_whole_is_not() -> None:
    page = http(None).get("/api/v1/en/products/knife-book").json()
    (sample,) = page["samples"]
    answer = http(None).get(f"/api/v1/en/downloads/samples/{sample['file']}")
    assert b"".join(answer.streaming_content) == b"a taste"  # type: ignore[attr-defined]
    deliver(paid())
    whole = DownloadGrant.objects.get().file_id
    assert http(None).get(f"/api/v1/en/downloads/samples/{whole}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("private", "private/", "private/book.pdf", "private//book.pdf", "/private/book.pdf", "./private/book.pdf"),
        *("x/../private/book.pdf", "%70rivate/book.pdf", "%2e/private/book.pdf", "..%2fmedia/private/book.pdf"),
        *("derived/320/private/book.pdf", "derived/../private/book.pdf", "derived/320/../../private/book.pdf"),
    ],
)
def test_no_public_address_leads_to_what_is_sold(path: str) -> None:
    assert http(None).get(f"/media/{path}").status_code == 404


@pytest.mark.parametrize("path", ["book.pdf", "private/../x.pdf", "private/", "/private/x.pdf"])
def test_a_file_that_is_sold_lies_in_the_private_part_of_the_storage(path: str) -> None:
    with pytest.raises(InvalidProduct):
        kinds.downloadable("X", files=(FileInput(code="a", path=path, labels={}),))


def test_a_file_that_is_not_there_and_a_look_at_the_headers_count_as_no_download() -> None:
    deliver(paid())
    (found,) = listed(http())
    assert http(None).head(found["url"]).status_code == 200
    default_storage.delete("private/book.pdf")
    assert http(None).get(found["url"]).status_code == 404
    assert listed(http())[0]["used"] == 0
