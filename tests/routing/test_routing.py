"""Who answers a read: as staff turned the flags, for a shopper the same each time, and never worse than before."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.test import Client, RequestFactory

from strangler.routing import shoppers, standing
from strangler.routing.commands import TurnFlag, turn_flag
from strangler.routing.errors import BadPercentage, IllegalMode, NotProven, UnknownFlag
from strangler.routing.flags import CATALOGUE, LEGACY, MODES, OURS, PRODUCT, READS, SHADOW
from strangler.routing.models import Flag
from strangler.routing.standing import WATCH, Standing
from tests.routing.conftest import Domains, body, get, turn
from tests.routing.old_shop import OldShop

pytestmark = pytest.mark.django_db(databases=["platform", "catalog"])
PATH = "/rest/default/V1/products/24-MB01"
OURS_BODY = {"sku": "24-MB01", "extension_attributes": {}}


@pytest.fixture(autouse=True)
def ready(shop: OldShop, domains: Domains, followed: Callable[[float], None]) -> None:
    """All is well, and we can answer one product."""
    domains.products["products/24-MB01"] = OURS_BODY
    domains.stock["stockItems/24-MB01"] = {"qty": 5}
    shop.answers[PATH] = {"sku": "24-MB01", "from": "legacy"}
    followed(0)


def by(answer: Any) -> str:
    return str(answer["X-Answered-By"])


def test_as_long_as_nobody_turned_a_flag_the_old_shop_answers(shop: OldShop, domains: Domains) -> None:
    answer = get(PATH)
    assert by(answer) == "legacy" and json.loads(body(answer))["from"] == "legacy"
    assert domains.asked == [] and "sixfold_place" not in answer.cookies


def test_a_product_of_ours_says_its_stock_item_which_another_domain_tells(shop: OldShop) -> None:
    turn("reads.product", OURS)
    answer = get(PATH)
    assert by(answer) == "sixfold" and answer["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body(answer)) == {"sku": "24-MB01", "extension_attributes": {"stock_item": {"qty": 5}}}
    assert shop.received == []


def test_each_area_has_a_flag_of_its_own(shop: OldShop, domains: Domains) -> None:
    domains.products |= {"products": {"items": []}, "categories": {"id": 2}}
    domains.stock["stockStatuses/24-MB01"] = {"qty": 1}
    paths = {
        "reads.product": PATH,
        "reads.search": "/rest/all/V1/products?searchCriteria%5BpageSize%5D=2",
        "reads.category": "/rest/V1/categories",
        "reads.stock": "/rest/all/V1/stockStatuses/24-MB01",
    }
    for name in paths:
        turn(name, OURS)
        assert {other for other, path in paths.items() if by(get(path)) == "sixfold"} == {name}
        turn(name, LEGACY)
    turn("reads.stock", OURS)
    get(paths["reads.stock"])
    assert domains.asked[-1].made_of is not None


def test_writes_and_what_we_do_not_answer_go_to_the_old_shop(shop: OldShop) -> None:
    for name in ("reads.product", "reads.search", "reads.category", "reads.stock"):
        turn(name, OURS)
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
        assert by(Client().generic(method, PATH, headers={"Authorization": "Bearer x"})) == "legacy"
    for path in ("/rest/V1/products/attributes", f"{PATH}/media", "/rest/V1/orders/1", "/rest/V1/products/UNKNOWN"):
        assert by(get(path)) == "legacy"


def test_only_whom_we_know_is_answered_by_us(shop: OldShop, settings: Any) -> None:
    turn("reads.product", OURS)
    assert by(get(PATH, token="of-a-customer")) == "legacy"
    assert shop.received[-1].header("Authorization") == "Bearer of-a-customer"
    assert by(get(PATH, token=None)) == "legacy"
    assert by(get(PATH, token=None, Authorization='OAuth oauth_consumer_key="x"')) == "legacy"
    assert by(get(PATH, Accept="application/xml")) == "legacy"
    assert by(get(PATH)) == "sixfold"
    settings.LEGACY_ANONYMOUS = True
    anonymous = get(PATH, token=None)
    assert by(anonymous) == "sixfold" and "stock_item" not in body(anonymous).decode(), "stock is not for everybody"
    assert by(get("/rest/V1/stockItems/24-MB01", token=None)) == "legacy"
    assert by(get(PATH, token="of-a-customer")) == "legacy"


def test_a_shopper_stays_on_his_side_and_a_growing_share_takes_nobody_back() -> None:
    requests = [RequestFactory().get("/", headers={"Authorization": f"Bearer {n}"}) for n in range(2000)]
    places = [shoppers.place_of(request)[0] for request in requests]
    assert places == [shoppers.place_of(request)[0] for request in requests]
    moved: set[int] = set()
    for percentage in (1, 5, 25, 50, 75, 100):
        now = {number for number, place in enumerate(places) if shoppers.within(place, percentage)}
        assert moved <= now
        assert abs(len(now) / len(places) - percentage / 100) < 0.05
        moved = now
    assert len(moved) == len(places)


def test_a_browser_keeps_its_side_in_a_cookie_whatever_its_address(settings: Any) -> None:
    settings.LEGACY_ANONYMOUS = True
    turn("reads.product", OURS, 50)
    sides = set()
    for number in range(20):
        client = Client()
        first = get(PATH, token=None, client=client, **{"User-Agent": f"browser {number}"})
        side = by(first)
        sides.add(side)
        assert first.cookies["sixfold_place"]["httponly"]
        again = client.get(PATH, headers={"User-Agent": "another"}, REMOTE_ADDR="203.0.113.7")
        assert by(again) == side and "sixfold_place" not in again.cookies
    assert sides == {"sixfold", "legacy"}


@pytest.mark.parametrize("cookie", ["-1", "10000", "x", "٣", "1" * 400, ""])
def test_a_cookie_that_is_none_is_not_believed(cookie: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["sixfold_place"] = cookie
    place, new = shoppers.place_of(request)
    assert 0 <= place < 10_000 and new


def test_staler_than_the_set_lag_we_fall_back_at_once_and_return_by_ourselves(
    followed: Callable[[float], None], settings: Any
) -> None:
    turn("reads.product", OURS)
    settings.LEGACY_MAX_LAG = 10
    assert by(get(PATH)) == "sixfold"
    followed(11)
    assert by(get(PATH)) == "legacy"
    followed(9)
    assert by(get(PATH)) == "sixfold"


def test_what_the_strangler_sent_and_a_domain_has_not_applied_counts_as_lag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from chassis.observe.backlog import Backlog

    turn("reads.product", OURS)
    waiting = {("catalog", "fast"): Backlog(count=1, oldest=60.0), ("identity", "fast"): Backlog(count=9, oldest=900.0)}
    monkeypatch.setattr("strangler.routing.standing.backlog.unacknowledged", lambda label: waiting)
    assert by(get(PATH)) == "legacy"
    del waiting["catalog", "fast"]
    assert by(get(PATH)) == "sixfold"


def test_a_shop_that_is_not_followed_is_answered_by_itself() -> None:
    from strangler.capture.models import Stream

    turn("reads.product", OURS)
    Stream.objects.update(current_until=None)  # following began, and nothing has come
    assert by(get(PATH)) == "legacy"
    Stream.objects.all().delete()
    assert by(get(PATH)) == "legacy"


def test_a_domain_that_does_not_answer_makes_the_old_shop_answer_and_comes_back(
    domains: Domains, shop: OldShop
) -> None:
    turn("reads.product", OURS)
    domains.broken = True
    assert by(get(PATH)) == "legacy"
    domains.broken = False
    assert by(get(PATH)) == "sixfold"


def test_an_answer_that_fails_half_way_is_the_old_shops_and_closes_its_area_for_a_while(
    domains: Domains, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn("reads.product", OURS)
    for fault in (ZeroDivisionError("a mistake of ours"), DatabaseError("gone")):
        domains.products["products/24-MB01"] = fault
        assert by(get(PATH)) == "legacy"
        domains.products["products/24-MB01"] = OURS_BODY
        assert by(get(PATH)) == "legacy", "closed"
        monkeypatch.setattr(standing, "CLOSED_FOR", 5)
        WATCH.closed[PRODUCT.name] = time.monotonic() - 0.1
        assert by(get(PATH)) == "sixfold", "open again"


def test_where_nothing_fresh_is_known_we_count_as_unhealthy() -> None:
    fresh = Standing(lags={"catalog": 0.0, "logistics": 0.0}, silent=frozenset(), known=True, taken=time.monotonic())
    old = Standing(lags=fresh.lags, silent=frozenset(), known=True, taken=time.monotonic() - 60)
    assert fresh.why_not(PRODUCT) == "" and old.why_not(PRODUCT) == "unknown" and Standing().why_not(PRODUCT)


def test_no_request_looks_at_our_health_itself(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turn("reads.product", OURS)
    watch, looks = standing._Watch(), []

    def look() -> None:
        looks.append(time.monotonic())
        watch.last = Standing(
            flags={PRODUCT.name: (OURS, 100)}, lags={"catalog": 0.0, "logistics": 0.0}, silent=frozenset(),
            known=True, taken=time.monotonic(),
        )  # fmt: skip

    monkeypatch.setattr(watch, "look", look)
    monkeypatch.setattr("strangler.routing.view.WATCH", watch)
    settings.LEGACY_LOOK_SECONDS = 30.0
    for _ in range(20):
        assert by(get(PATH)) == "sixfold"
    # One before the first request of the process, one by the thread, none by the twenty.
    assert len(looks) <= 2


def test_the_thread_looks_again_by_itself(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, looks = standing._Watch(), []
    monkeypatch.setattr(watch, "look", lambda: looks.append(1))
    settings.LEGACY_LOOK_SECONDS = 0.02
    watch.standing()
    until = time.monotonic() + 5
    while len(looks) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(looks) >= 5
    settings.LEGACY_LOOK_SECONDS = 3600


def test_flags_outlive_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    turn("reads.product", OURS, 40)
    WATCH.look()

    def away() -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(standing, "_flags", away)
    WATCH.look()
    assert WATCH.last.mode(PRODUCT) == (OURS, 40) and WATCH.last.why_not(PRODUCT) == "unhealthy"


def test_a_flag_knows_its_modes_and_percentages() -> None:
    for name, known in CATALOGUE.items():
        modes = MODES[known.kind]
        for mode in (LEGACY, SHADOW, OURS):
            if mode in modes:
                turn(name, mode)
            else:
                with pytest.raises(IllegalMode):
                    turn(name, mode)
    for percentage in (0, 101, -5):
        with pytest.raises(BadPercentage):
            turn("reads.product", OURS, percentage)
    with pytest.raises(BadPercentage):
        turn("writes.catalog", LEGACY, 50)
    with pytest.raises(UnknownFlag):
        turn("reads.orders", OURS)


def test_what_parity_has_not_proven_is_answered_by_us_only_when_somebody_insists() -> None:
    with pytest.raises(NotProven, match="ever compared"):
        turn_flag(TurnFlag(name="reads.product", mode=OURS, percentage=10))
    turn_flag(TurnFlag(name="reads.product", mode=SHADOW))
    turn_flag(TurnFlag(name="reads.product", mode=OURS, percentage=10, anyway=True))
    # Who is moved over may be moved further, and back at any time.
    turn_flag(TurnFlag(name="reads.product", mode=OURS, percentage=20))
    turn_flag(TurnFlag(name="reads.product", mode=LEGACY))
    flag = Flag.objects.get(name="reads.product")
    assert (flag.mode, flag.version, flag.kind) == (LEGACY, 4, READS)


def test_a_request_asks_our_databases_nothing_but_its_answer(settings: Any) -> None:
    """The routing of a request that goes to the old shop costs no statement: all of it is in memory."""
    settings.LEGACY_LOOK_SECONDS = 0
    WATCH.look()
    settings.LEGACY_LOOK_SECONDS = 1.0
    WATCH.process = __import__("os").getpid()
    try:
        with connections["platform"].execute_wrapper(_refuse), connections["catalog"].execute_wrapper(_refuse):
            assert by(get(PATH)) == "legacy"
    finally:
        WATCH.process = 0


def _refuse(*_: Any) -> None:
    raise AssertionError("a statement")
