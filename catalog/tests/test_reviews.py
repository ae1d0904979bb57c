"""Reviews wait for staff, count once per customer, and are summed up on the page."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from catalog.catalog.errors import IllegalReview
from catalog.catalog.reviews.importing import ImportReview, import_reviews, remove_reviews
from catalog.catalog.reviews.models import Review
from catalog.catalog.reviews.states import TRANSITIONS, State, moved
from catalog.commands import approve_review, reject_review
from catalog.product.models import Product
from catalog.tests import shop
from chassis import clock
from chassis.access.principal import Kind, Principal
from chassis.ids import new_id

pytestmark = pytest.mark.django_db(databases=["catalog"])
PATH = "/api/v1/en/products/knife/reviews"


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife")


def as_customer(customer: UUID | None = None) -> APIClient:
    http = APIClient()
    http.force_authenticate(user=Principal(kind=Kind.CUSTOMER, id=str(customer or new_id()), channel_group="eu"))  # type: ignore[arg-type]
    return http


def write(http: APIClient, rating: int = 5, **more: Any) -> Any:
    body = {"nickname": "Ada", "rating": rating, "text": "Cuts.", **more}
    return http.post(PATH, body, format="json")


def page() -> dict[str, Any]:
    body: dict[str, Any] = APIClient().get("/api/v1/en/products/knife").json()
    return body


def test_a_review_is_shown_when_staff_have_approved_it() -> None:
    made = write(as_customer(), 4)
    assert (made.status_code, made.json()["state"]) == (201, "pending")
    assert APIClient().get(PATH).json()["items"] == [] and page()["rating"] is None
    approve_review(UUID(made.json()["id"]), answer="Thank you.")
    (shown,) = APIClient().get(PATH).json()["items"]
    assert (shown["nickname"], shown["rating"], shown["answer"]) == ("Ada", 4, "Thank you.")
    assert page()["rating"] == {"average": "4.00", "count": 1}


def test_imported_reviews_have_their_state_and_an_author_is_kept_once() -> None:
    product, ada = Product.objects.get(sku="K1").id, new_id()
    write(as_customer(ada), 1)
    facts: dict[str, Any] = {"product": product, "view": "en", "channel": "eu", "nickname": "A", "text": "Old."}
    old = ImportReview(id=new_id(), rating=None, customer=ada, state=State.APPROVED, created_at=clock.now(), **facts)
    other = ImportReview(id=new_id(), rating=5, state=State.APPROVED, created_at=clock.now(), **facts)
    assert import_reviews([old, other]) == {old.id}
    assert Review.objects.get(id=old.id).customer is None and Review.objects.get(customer=ada).rating == 1
    assert page()["rating"] == {"average": "5.00", "count": 1}
    assert {item["rating"] for item in APIClient().get(PATH).json()["items"]} == {5, None}
    import_reviews([replace(other, state=State.REJECTED)])
    assert page()["rating"] is None
    remove_reviews([old.id, other.id])
    assert Review.objects.count() == 1


def test_a_product_is_rated_by_the_average_of_what_is_approved() -> None:
    for rating in (5, 4, 4):
        approve_review(UUID(write(as_customer(), rating).json()["id"]))
    write(as_customer(), 1)
    assert page()["rating"] == {"average": "4.33", "count": 3}
    reject_review(Review.objects.get(rating=5).id)
    assert page()["rating"] == {"average": "4.00", "count": 2}


def test_a_customer_has_one_review_and_a_new_one_waits_again() -> None:
    mine = as_customer(new_id())
    approve_review(UUID(write(mine, 5).json()["id"]))
    assert write(mine, 1).json()["state"] == "pending"
    assert Review.objects.count() == 1 and page()["rating"] is None


def test_strangers_write_no_reviews_and_nobody_one_without_sense() -> None:
    assert write(APIClient()).status_code == 401
    assert write(as_customer(), 6).status_code == 400
    assert write(as_customer(), 5, text="").status_code == 400
    assert as_customer().post("/api/v1/en/products/nothing/reviews", {}, format="json").status_code == 400
    body = {"nickname": "A", "rating": 5, "text": "x"}
    assert as_customer().post("/api/v1/en/products/nothing/reviews", body, format="json").status_code == 404


def test_what_is_written_and_decided_is_told() -> None:
    approve_review(UUID(write(as_customer()).json()["id"]))
    assert len(shop.events("catalog.review_submitted")) == len(shop.events("catalog.review_decided")) == 1


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", ["approve", "reject", "rewrite"])
def test_a_review_moves_as_its_table_says(state: State, name: str) -> None:
    if name in TRANSITIONS[state]:
        assert moved(state, name) == TRANSITIONS[state][name]
    else:
        with pytest.raises(IllegalReview):
            moved(state, name)


def test_a_call_that_is_sent_twice_writes_one_review() -> None:
    http = as_customer(new_id())
    body = {"nickname": "Ada", "rating": 5, "text": "Cuts."}
    answers = [http.post(PATH, body, format="json", headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Review.objects.get().version == 1


def test_statements_of_a_page_are_as_many_for_a_hundred_reviews_as_for_one() -> None:
    counts = []
    for number in range(101):
        made = write(as_customer(), 1 + number % 5)
        Review.objects.filter(id=made.json()["id"]).update(state="approved")
        if number in (0, 100):
            with CaptureQueriesContext(connections["catalog"]) as captured:
                items = APIClient().get(PATH, {"limit": "100"}).json()["items"]
            counts.append(len(captured))
    assert len(items) == 100 and counts[0] == counts[1]
    assert APIClient().get(PATH, {"limit": "101"}).status_code == 400
