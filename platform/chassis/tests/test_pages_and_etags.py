"""Pages by cursor lose and repeat no row; edits by ETag overwrite nobody's."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, models
from django.test import RequestFactory
from django.test.utils import isolate_apps
from rest_framework.request import Request

from chassis.errors import Invalid, PreconditionRequired, StaleVersion
from chassis.web.etag import precondition
from chassis.web.pages import MAX_LIMIT, BadCursor, BadLimit, CursorPages, keyset_page, limit_of

START = datetime(2026, 1, 1, tzinfo=UTC)
DB = pytest.mark.django_db(databases=["commerce"])
ORDERS = [("-created_at",), ("created_at", "price"), ("price", "-created_at", "name"), ("-id",), ("name",)]


@pytest.fixture
def rows() -> Iterator[Any]:
    with isolate_apps("commerce"):

        class Row(models.Model):
            created_at = models.DateTimeField()
            price = models.DecimalField(max_digits=20, decimal_places=6)
            name = models.TextField()

            class Meta:
                app_label = "commerce"

    with connections["commerce"].schema_editor() as editor:
        editor.create_model(Row)
    manager = Row._default_manager.using("commerce")
    # Many ties, moments that differ by a microsecond only, and names that need encoding.
    manager.bulk_create(
        Row(created_at=START + timedelta(microseconds=n % 7), price=Decimal(n % 3) / 1000, name=f'ñ{n % 4}"/')
        for n in range(57)
    )
    yield manager


def every_page(rows: Any, order: tuple[str, ...], limit: int) -> list[int]:
    seen: list[int] = []
    cursor = None
    while True:
        page = keyset_page(rows.all(), order=order, cursor=cursor, limit=limit)
        seen += [row.pk for row in page.items]
        cursor = page.next
        if cursor is None:
            return seen


@DB
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 7, 19, 57, 100])
def test_all_pages_together_are_the_whole_list(rows: Any, order: tuple[str, ...], limit: int) -> None:
    keys = order if "-id" in order else (*order, "id")
    assert every_page(rows, order, limit) == list(rows.order_by(*keys).values_list("pk", flat=True))


@DB
def test_rows_that_appear_meanwhile_shift_nothing(rows: Any) -> None:
    first = keyset_page(rows.all(), order=("-id",), limit=10)
    rows.create(created_at=START, price=0, name="new")
    second = keyset_page(rows.all(), order=("-id",), cursor=first.next, limit=10)
    assert second.items[0].pk == first.items[-1].pk - 1


def cursor_of(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@DB
def test_a_cursor_of_another_order_or_none_at_all_is_refused(rows: Any) -> None:
    good = keyset_page(rows.all(), order=("price",), limit=5).next
    assert good is not None
    sort = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))[0]
    unfit = [
        "x",
        "%%%",
        "a" * 3000,
        "ÿ",
        cursor_of([]),
        cursor_of({}),
        cursor_of([sort]),
        cursor_of([sort, "1"]),
        cursor_of([sort, "one", 1]),
        cursor_of([sort, "NaN", None]),
        cursor_of([sort, ["1"], 1]),
        cursor_of([sort, "1", "a\0"]),
        cursor_of([sort, "1", 1, 1]),
        base64.urlsafe_b64encode(b"[" * 1400).decode(),
    ]
    for cursor in unfit:
        with pytest.raises(BadCursor):
            keyset_page(rows.all(), order=("price",), cursor=cursor)
    with pytest.raises(BadCursor):
        keyset_page(rows.all(), order=("-price",), cursor=good)


def request(query: str = "", **headers: str) -> Request:
    return Request(RequestFactory().get(f"/?{query}", headers=headers))


@pytest.mark.parametrize("limit", ["0", "-1", "101", "ten", "1e3", "٣", "9" * 5000])
def test_a_page_size_outside_of_the_documented_is_refused(limit: str) -> None:
    with pytest.raises(BadLimit):
        limit_of(request(f"limit={limit}"))
    assert limit_of(request("limit=100")) == MAX_LIMIT and limit_of(request()) == 20


@DB
def test_a_view_pages_by_its_own_order(rows: Any) -> None:
    class View:
        page_order = ("name",)

    pages = CursorPages()
    first = pages.paginate_queryset(rows.all(), request("limit=3"), View())
    answer = pages.get_paginated_response([row.name for row in first])
    assert answer.data["items"] == ['ñ0"/'] * 3 and answer.data["next"]


def test_an_edit_of_the_version_that_was_read_passes_and_a_stale_one_is_a_412() -> None:
    condition = precondition(request(**{"If-Match": '"v3"'}))
    condition.check(3)
    with pytest.raises(StaleVersion) as raised:
        condition.check(4)
    assert raised.value.headers["ETag"] == '"v4"'
    precondition(request(**{"If-Match": '"x", "v3" ,"v4"'})).check(4)
    precondition(request(**{"If-Match": "*"})).check(9)
    precondition(request(**{"If-Match": '"v3.de"'})).check(3, "de")


def test_a_weak_tag_never_matches_an_edit() -> None:
    with pytest.raises(StaleVersion):
        precondition(request(**{"If-Match": 'W/"v3"'})).check(3)


def test_a_missing_condition_is_a_428_only_where_it_is_required() -> None:
    precondition(request()).check(3)
    with pytest.raises(PreconditionRequired):
        precondition(request(), required=True)


@pytest.mark.parametrize("header", ["v3", '"v3', '"a" "b"', "W/v3", '"a",b'])
def test_an_unreadable_condition_is_refused_and_never_ignored(header: str) -> None:
    with pytest.raises(Invalid):
        precondition(request(**{"If-Match": header}))
