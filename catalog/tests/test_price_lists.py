"""Prices for some customers: on pages, in listings, in the quote, and in nobody else's cache."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.commands import (
    GUESTS,
    DefinePriceList,
    ListPriceInput,
    PriceInput,
    SetListPrices,
    SetPrice,
    SpecialInput,
    TierInput,
    clear_list_prices,
    define_price_list,
    set_list_prices,
    set_price,
)
from catalog.pricing.errors import InvalidPrice, InvalidPriceList, UnknownPriceList
from catalog.pricing.models import Price, PriceBlock, PricePoint
from catalog.provides import Pricing
from catalog.tests import shop
from chassis import clock
from chassis.access import authentication
from chassis.access.principal import Kind, Principal
from chassis.access.tokens import Signer, generate_key
from contracts.catalog import QuotedLine, QuoteRequestLine

pytestmark = pytest.mark.django_db(databases=["catalog"])

SIGNER = Signer([generate_key()], "sixfold")
SPRING = datetime(2031, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop(db: Any) -> Iterator[None]:
    known = authentication._keys
    authentication.bind_keys(SIGNER.published)
    shop.structure()
    shop.simple("K1", "Knife", price="10")
    shop.simple("K2", "Fork", price="9")
    yield
    authentication._keys = known


def get(path: str, *, group: str | None = None) -> Any:
    headers = {}
    if group is not None:
        token = SIGNER.sign(Principal(kind=Kind.CUSTOMER, id="7", channel_group="eu", customer_group=group))
        headers["Authorization"] = f"Bearer {token}"
    answer = Client().get(f"/api/v1/en/{path}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer


def price(group: str | None = None, sku: str = "K1") -> Any:
    return get(f"products?sku={sku}", group=group).json()["price"]


def trade(amount: str = "7", **more: Any) -> None:
    wanted: dict[str, Any] = {"code": "trade", "name": "Trade", "channel": "eu", "groups": ("trade",)}
    define_price_list(DefinePriceList(**{**wanted, **more}))
    set_list_prices(SetListPrices(price_list="trade", prices=(ListPriceInput(sku="K1", amount=Decimal(amount)),)))


def quoted(sku: str = "K1", quantity: str = "1", group: str = "") -> QuotedLine:
    line = QuoteRequestLine(key="a", sku=sku, quantity=Decimal(quantity))
    return (
        Pricing()
        .quote(channel="eu", view="en", country="", customer_group=group, lines=(line,), shipping=Decimal(0))
        .lines[0]
    )


def test_a_group_sees_and_pays_its_own_price_and_nobody_else_does() -> None:
    trade()
    assert [price(group)["amount"] for group in (None, "general", "trade")] == ["10.00", "10.00", "7.00"]
    assert [quoted(group=group).unit_price for group in ("", "general", "trade")] == [10, 10, 7]
    assert quoted(group="trade").explanation[1] == "price list trade: 7 EUR"
    assert quoted(group="trade").price_list == "trade"


def test_a_block_is_kept_for_a_group_only_where_it_differs() -> None:
    trade()
    assert set(PriceBlock.objects.values_list("customer_group", flat=True)) == {"", "trade"}
    assert PriceBlock.objects.filter(customer_group="trade").count() == 1
    clear_list_prices("trade", ["K1"])
    assert not PriceBlock.objects.exclude(customer_group="").exists()


def test_who_is_not_signed_in_may_have_prices_of_their_own() -> None:
    trade(groups=(GUESTS,))
    assert [price(group)["amount"] for group in (None, "trade")] == ["7.00", "10.00"]


def test_a_page_with_the_prices_of_a_group_is_one_select_once_its_token_is_let_in() -> None:
    trade()
    get("products?sku=K1", group="trade")  # a process remembers for a while whose customers a view lets in
    with CaptureQueriesContext(connections["catalog"]) as captured:
        get("products?sku=K1", group="trade")
    assert len(captured) == 1


def test_a_shared_cache_keeps_what_guests_see_and_nothing_else() -> None:
    trade()
    for path in ("products?sku=K1", "products/knife", "categories/knives", "search?q=knife", "suggest?q=kni"):
        guest, member = get(path), get(path, group="trade")
        assert guest["Cache-Control"].startswith("public, max-age=")
        assert member["Cache-Control"].startswith("private, max-age=")
        assert "Authorization" in guest["Vary"] and "Authorization" in member["Vary"]
    assert get("categories", group="trade")["Cache-Control"].startswith("public")


def test_a_token_that_is_not_valid_shows_no_prices() -> None:
    answer = Client().get("/api/v1/en/products?sku=K1", headers={"Authorization": "Bearer x.y.z"})
    assert answer.status_code == 401


@pytest.mark.parametrize("indexed", [True, False])
def test_a_listing_is_sorted_filtered_and_bounded_by_the_prices_of_the_group(indexed: bool) -> None:
    trade()
    if indexed:
        shop.run_jobs()

    def listing(query: str, group: str | None = None) -> Any:
        return get(f"categories/knives?{query}", group=group).json()

    def skus(query: str, group: str | None = None) -> list[str]:
        return [item["sku"] for item in listing(query, group)["items"]]

    assert skus("sort=price") == ["K2", "K1"]
    assert skus("sort=price", "trade") == ["K1", "K2"]
    assert skus("price_to=8", "trade") == ["K1"] and skus("price_to=8") == []
    trades, everybodys = listing("", "trade")["price"], listing("", "general")["price"]
    assert (trades["min"], trades["max"]) == ("7.00", "9.00")
    assert (everybodys["min"], everybodys["max"]) == ("9.00", "10.00")
    assert [part["value"] for part in trades["ranges"]] == ["..7.5", "9.."]
    assert [item["price"]["amount"] for item in listing("sort=price", "trade")["items"]] == ["7.00", "9.00"]


def test_a_new_groups_prices_are_found_as_soon_as_the_index_knows_it() -> None:
    shop.run_jobs()
    trade()
    shop.run_jobs()
    define_price_list(DefinePriceList(code="press", name="Press", channel="eu", groups=("press",)))
    set_list_prices(SetListPrices(price_list="press", prices=(ListPriceInput(sku="K2", percent=Decimal(50)),)))
    shop.run_jobs()
    found = get("categories/knives?sort=price", group="press").json()
    assert [item["price"]["amount"] for item in found["items"]] == ["4.50", "10.00"]
    assert found["price"]["min"] == "4.50"


def test_tiers_are_shown_and_count_the_whole_cart() -> None:
    define_price_list(DefinePriceList(code="many", name="Many", channel="eu"))
    tiers = (
        TierInput(price_list="many", min_quantity=Decimal(3), amount=Decimal(8)),
        TierInput(price_list="many", min_quantity=Decimal(10), percent=Decimal(50)),
    )
    set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(10), tiers=tiers)))
    assert price()["tiers"] == [{"min_quantity": "3", "amount": "8.00"}, {"min_quantity": "10", "amount": "5.00"}]
    assert [quoted(quantity=n).total for n in ("1", "3", "10")] == [10, 24, 50]
    assert quoted(quantity="10").explanation[1] == "price list many from 10, 50 % off: 5 EUR"
    lines = tuple(QuoteRequestLine(key=key, sku="K1", quantity=Decimal(2)) for key in "ab")
    cart = Pricing().quote(channel="eu", view="en", country="", customer_group="", lines=lines, shipping=Decimal(0))
    assert [line.unit_price for line in cart.lines] == [8, 8]


def test_a_new_base_price_leaves_the_lists_alone_unless_it_names_them() -> None:
    trade()
    set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(12))))
    assert [price(group)["amount"] for group in (None, "trade")] == ["12.00", "7.00"]
    set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(12), tiers=())))
    assert price("trade")["amount"] == "12.00"


def test_a_list_begins_and_ends_by_the_clock_and_pages_follow() -> None:
    with clock.travel(SPRING):
        trade(starts_at=SPRING + timedelta(hours=1), ends_at=SPRING + timedelta(hours=2))
        assert price("trade")["amount"] == "10.00"
    for minutes, amount in ((60, "7.00"), (120, "10.00")):
        with clock.travel(SPRING + timedelta(minutes=minutes)):
            shop.run_jobs()
            assert price("trade")["amount"] == amount


def test_changing_a_list_changes_the_pages_of_all_that_is_in_it() -> None:
    trade()
    define_price_list(DefinePriceList(code="trade", name="Trade", channel="eu", groups=("vip",)))
    shop.run_jobs()
    assert [price(group)["amount"] for group in ("trade", "vip")] == ["10.00", "7.00"]
    define_price_list(DefinePriceList(code="trade", name="Trade", channel="eu", groups=("vip",), active=False))
    shop.run_jobs()
    assert price("vip")["amount"] == "10.00"
    assert quoted(group="vip").unit_price == 10


def test_cost_is_kept_and_shown_to_nobody_and_what_others_ask_is_shown() -> None:
    entered = PriceInput(channel="eu", amount=Decimal(10), cost=Decimal("3.21"), compare_at=Decimal(15))
    set_price(SetPrice(sku="K1", price=entered))
    assert price()["compare_at"] == "15.00" and quoted().compare_at == 15
    assert "3.21" not in get("products?sku=K1").content.decode()
    assert Price.objects.get(kind="cost").amount == Decimal("3.21")


def test_a_reduction_shows_the_lowest_price_of_the_30_days_before_it() -> None:
    for day, entered in (
        (0, PriceInput(channel="eu", amount=Decimal(12))),
        (10, PriceInput(channel="eu", amount=Decimal(11))),
        (35, PriceInput(channel="eu", amount=Decimal(12), specials=(SpecialInput(amount=Decimal(8)),))),
    ):
        with clock.travel(SPRING + timedelta(days=day)):
            set_price(SetPrice(sku="K2", price=entered))
    with clock.travel(SPRING + timedelta(days=36)):
        assert (price(sku="K2")["lowest_30_days"], price(sku="K2")["amount"]) == ("11.00", "8.00")
        listed = get("categories/knives").json()["items"]
        assert {item["sku"]: item["price"]["lowest_30_days"] for item in listed} == {"K1": None, "K2": "11.00"}
        assert (quoted("K2").lowest_30_days, quoted("K1").lowest_30_days) == (11, None)


def test_a_special_price_that_began_while_no_worker_ran_is_in_the_history_at_its_hour() -> None:
    special = SpecialInput(
        amount=Decimal(5), starts_at=SPRING + timedelta(hours=1), ends_at=SPRING + timedelta(hours=2)
    )
    with clock.travel(SPRING):
        set_price(SetPrice(sku="K2", price=PriceInput(channel="eu", amount=Decimal(9), specials=(special,))))
    with clock.travel(SPRING + timedelta(days=1)):
        shop.run_jobs()
    points = PricePoint.objects.filter(starts_at__gt=SPRING, starts_at__lt=SPRING + timedelta(days=2))
    assert sorted(points.values_list("starts_at", "amount")) == [
        (SPRING + timedelta(hours=1), 5), (SPRING + timedelta(hours=2), 9),
    ]  # fmt: skip


def test_a_group_has_a_history_of_its_own_and_everybodys_before() -> None:
    with clock.travel(SPRING):
        set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(10))))
    with clock.travel(SPRING + timedelta(days=5)):
        trade("7")
        assert price("trade")["lowest_30_days"] == "10.00" and price()["lowest_30_days"] is None
    with clock.travel(SPRING + timedelta(days=9)):
        trade("6")
        assert price("trade")["lowest_30_days"] == "7.00"
        assert quoted(group="trade").lowest_30_days == 7


def test_what_is_no_price_list_is_refused() -> None:
    trade()
    with pytest.raises(InvalidPriceList):
        define_price_list(DefinePriceList(code="", name="x", channel="eu"))
    with pytest.raises(InvalidPrice):
        define_price_list(DefinePriceList(code="x", name="x", channel="eu", starts_at=SPRING, ends_at=SPRING))
    with pytest.raises(UnknownPriceList):
        set_list_prices(SetListPrices(price_list="none", prices=()))
    for wrong in (
        {},
        {"amount": Decimal(1), "percent": Decimal(1)},
        {"percent": Decimal(101)},
        {"amount": Decimal(-1)},
    ):
        with pytest.raises(InvalidPrice):
            set_list_prices(SetListPrices(price_list="trade", prices=(ListPriceInput(sku="K1", **wrong),)))
    assert price("trade")["amount"] == "7.00"


def test_another_shops_token_sees_no_prices_of_its_group_here() -> None:
    token = SIGNER.sign(Principal(kind=Kind.CUSTOMER, id="7", channel_group="abroad", customer_group="trade"))
    for path in ("products?sku=K1", "search?q=knife"):
        answer = Client().get(f"/api/v1/en/{path}", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "other_channel_group")
