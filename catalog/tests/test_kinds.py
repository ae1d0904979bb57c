"""Bundles, custom options, grouped products, gift cards: what their pages say and what their lines cost."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.queries import Body, cards, product_page, view_facts
from catalog.commands import (
    ChoiceInput,
    ComposeProduct,
    GiftCardInput,
    LinksInput,
    MemberInput,
    PriceInput,
    ProductOptionInput,
    PublishProduct,
    SaveProduct,
    SetPrice,
    compose_products,
    publish_product,
    save_product,
    set_price,
)
from catalog.pricing.blocks import rebuild_blocks
from catalog.product.models import Product
from catalog.provides import Pricing
from catalog.tests import kinds, shop
from chassis.unit_of_work import unit_of_work
from contracts.catalog import QuotedLine, QuoteRequestLine
from contracts.shared import Choice

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def page(slug: str, view: str = "en") -> dict[str, Any]:
    body = product_page(view, slug)
    assert isinstance(body, Body)
    return json.loads(body.content)


def line(sku: str, *choices: Choice, quantity: str = "1", view: str = "en") -> QuotedLine:
    wanted = QuoteRequestLine(key="a", sku=sku, quantity=Decimal(quantity), choices=choices)
    quote = Pricing().quote(
        channel="eu", view=view, country="DE", customer_group="", lines=(wanted,), shipping=Decimal(0)
    )
    return quote.lines[0]


def test_a_bundle_of_dynamic_price_costs_its_parts_each_with_its_own_tax() -> None:
    kinds.bundle()
    found = line("SET", *kinds.choices(knife="k2", boards="board"), quantity="2")
    assert (found.unit_price, found.total, found.problem) == (Decimal(40), Decimal(80), "")
    assert found.tax == Decimal("9.58") + Decimal("1.31")  # 60 at 19 %, 20 at 7 %
    assert [(part.sku, part.quantity) for part in found.components] == [("K2", 1), ("B1", 2)]
    assert found.options == "Knife: Large knife, Boards: 2 × Board"
    assert line("SET", view="de").options == "Messer: Small knife"


def test_a_question_without_an_answer_takes_its_default_and_may_say_another_quantity() -> None:
    kinds.bundle()
    assert line("SET").unit_price == 10
    three = Choice(option="boards", value="board", quantity=Decimal(3))
    assert line("SET", three).unit_price == 25
    two_knives = Choice(option="knife", value="k1", quantity=Decimal(2))
    assert line("SET", two_knives).problem == "choice_invalid"


def test_a_bundle_of_fixed_price_costs_that_and_what_its_choices_add() -> None:
    dear = ChoiceInput(code="k2", component="K2", prices={"eu": Decimal("2.50")})
    cheap = ChoiceInput(code="k1", component="K1")
    kinds.bundle()
    options = (ProductOptionInput(code="knife", labels={"": "Knife"}, choices=(cheap, dear)),)
    kinds.bundle("FIX", dynamic=False, prices=(PriceInput(channel="eu", amount=Decimal(9)),), options=options)
    assert line("FIX", *kinds.choices(knife="k1")).unit_price == 9
    assert line("FIX", *kinds.choices(knife="k2")).unit_price == Decimal("11.50")
    assert (line("FIX").problem, line("FIX").problem_option) == ("choice_missing", "knife")


def test_what_a_part_adds_follows_how_many_of_it_are_chosen() -> None:
    boards = ChoiceInput(
        code="b", component="B1", quantity=Decimal(2), quantity_changes=True, prices={"eu": Decimal(6)}
    )
    share = ChoiceInput(code="k", component="K1", quantity_changes=True, percent=Decimal(10))
    kinds.bundle()
    options = tuple(
        ProductOptionInput(code=code, labels={"": code}, required=False, choices=(choice,))
        for code, choice in (("boards", boards), ("knives", share))
    )
    kinds.bundle("FIX", dynamic=False, prices=(PriceInput(channel="eu", amount=Decimal(20)),), options=options)

    def price(option: str, value: str, quantity: int) -> Decimal:
        return line("FIX", Choice(option=option, value=value, quantity=Decimal(quantity))).unit_price

    assert [price("boards", "b", n) for n in (1, 2, 6)] == [23, 26, 38]
    assert [price("knives", "k", n) for n in (1, 3)] == [22, 26]


def test_products_are_composed_when_all_of_them_are_there() -> None:
    kinds.grouped()
    version = Product.objects.get(sku="G1").version
    linked = LinksInput(related=("G2", "GRP"))
    member = MemberInput(sku="G2", quantity=Decimal(4))
    compose_products(
        [
            ComposeProduct(sku="GRP", members=(member,), links=LinksInput(up_sell=("G1",))),
            ComposeProduct(sku="G1", links=linked, options=(ProductOptionInput(code="t", kind="text", labels={}),)),
        ]
    )
    assert [(m["sku"], m["quantity"]) for m in page("knives-together")["members"]] == [("G2", "4")]
    row = Product.objects.get(sku="G1")
    assert (row.version, row.has_choices) == (version + 1, True)
    assert [option["code"] for option in page("bread-knife")["options"]] == ["t"]
    with pytest.raises(UnknownReference):
        compose_products([ComposeProduct(sku="G1", links=LinksInput(related=("NONE",)))])
    with pytest.raises(InvalidProduct):
        compose_products([ComposeProduct(sku="G1", members=(member,))])


def test_a_bundle_is_not_sold_without_what_it_consists_of() -> None:
    kinds.bundle()
    publish_product(PublishProduct(sku="K2", channels=()))
    assert line("SET", *kinds.choices(knife="k2")).problem == "choice_unknown"
    (knife, _) = page("set")["options"]
    assert [choice["sku"] for choice in knife["choices"]] == ["K1"]
    assert line("SET", *kinds.choices(colour="red")).problem == "choice_unknown"


def test_a_bundles_page_shows_from_which_price_and_follows_its_parts() -> None:
    kinds.bundle()
    price = page("set")["price"]
    assert (price["amount"], price["highest"]) == ("10.00", "40.00")
    assert price["components"]["B1"]["amount"] == "5.00"
    set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(8))))
    assert page("set")["price"]["amount"] == "8.00"
    shop.simple("K1", "Tiny knife", price="8")
    assert page("set")["options"][0]["choices"][0]["label"] == "Tiny knife"


def test_of_a_bundle_there_is_what_its_scarcest_part_allows() -> None:
    id_ = kinds.bundle()
    assert page("set")["availability"] == {}
    kinds.stocked(K1=3, K2=0, B1=1)
    assert page("set")["availability"]["SET"] == {"available": "3.0000", "in_stock": True}
    kinds.stocked(K1=0)
    (card,) = cards(view_facts("en"), [id_])
    assert json.loads(card)["in_stock"] is False
    kinds.stocked(K2=7)
    assert page("set")["availability"]["SET"]["available"] == "7.0000"


def test_a_custom_option_adds_an_amount_or_a_percentage_and_its_text_is_not_echoed() -> None:
    kinds.engraved()
    assert line("E1").unit_price == 20
    found = line("E1", *kinds.choices(engraving="For Ada", wrap="box"))
    assert found.unit_price == 27
    assert "Ada" not in repr(found)
    assert line("E1", *kinds.choices(engraving="Far too long a text")).problem == "choice_invalid"
    assert line("E1", *kinds.choices(engraving="  ")).unit_price == 20


def test_an_answer_with_amounts_is_offered_only_where_it_has_one() -> None:
    option = ProductOptionInput(
        code="wrap", labels={}, choices=(ChoiceInput(code="box", prices={"us": Decimal(1)}),), required=False
    )
    from catalog.commands import DefineChannel, define_channel

    define_channel(DefineChannel(code="us", name="USA", currency="USD"))
    kinds.engraved(options=(option,))
    assert line("E1", *kinds.choices(wrap="box")).problem == "choice_unknown"


def test_a_variant_is_asked_what_its_product_asks() -> None:
    text = ProductOptionInput(code="initials", kind="text", labels={"": "Initials"}, prices={"eu": Decimal(3)})
    shop.configurable("C1", "Pan", options=(text,))
    assert line("C1-s0").problem == "choice_missing"
    found = line("C1-s0", *kinds.choices(initials="AB"))
    assert (found.unit_price, found.options) == (23, "Red, S0")


def test_what_asks_nothing_takes_no_answer() -> None:
    shop.simple("K1", "Knife")
    assert line("K1", *kinds.choices(engraving="x")).problem == "choice_unknown"


def test_a_grouped_product_shows_its_members_and_is_not_sold_itself() -> None:
    kinds.grouped()
    shown = page("knives-together")
    assert [(m["sku"], m["quantity"], m["slug"]) for m in shown["members"]] == [
        ("G1", "1", "bread-knife"),
        ("G2", "2", "paring-knife"),
    ]
    assert (shown["price"]["amount"], shown["price"]["highest"]) == ("7.00", "12.00")
    assert line("GRP").problem == "not_for_sale"
    kinds.stocked(G1=0, G2=4)
    assert page("knives-together")["availability"]["GRP"]["in_stock"] is True
    assert not [told for told in shop.events("catalog.product_changed") if b'"GRP"' in bytes(told.body)]


@pytest.mark.parametrize(
    ("answers", "problem", "option"),
    [
        ({"amount": "25", "recipient_email": "ada@example.org"}, "", ""),
        ({"amount": "33.50", "recipient_email": "ada@example.org"}, "", ""),
        ({"amount": "9", "recipient_email": "ada@example.org"}, "choice_invalid", "amount"),
        ({"amount": "NaN", "recipient_email": "ada@example.org"}, "choice_invalid", "amount"),
        ({"amount": "33.505", "recipient_email": "ada@example.org"}, "choice_invalid", "amount"),
        ({"amount": "25"}, "choice_missing", "recipient_email"),
        ({"amount": "25", "recipient_email": "nobody"}, "choice_invalid", "recipient_email"),
        ({"amount": "25", "recipient_email": "a@b.example", "colour": "x"}, "choice_unknown", "colour"),
    ],
)
def test_a_gift_card_costs_what_it_is_worth_without_tax(answers: dict[str, str], problem: str, option: str) -> None:
    kinds.gift_card()
    found = line("GIFT", *kinds.choices(**answers))
    assert (found.problem, found.problem_option) == (problem, option)
    assert found.kind == "gift_card" and not found.requires_shipping and "@" not in repr(found)
    if not problem:
        assert (found.unit_price, found.tax) == (Decimal(answers["amount"]), 0)


@pytest.mark.parametrize("quantity", ["1.5", "101"])
def test_gift_cards_are_bought_whole_and_not_without_end(quantity: str) -> None:
    kinds.gift_card()
    wanted = kinds.choices(amount="25", recipient_email="ada@example.org")
    assert line("GIFT", *wanted, quantity=quantity).problem == "quantity_invalid"
    assert line("GIFT", *wanted, quantity="100").total == 2500


def test_prices_that_are_made_anew_leave_gift_cards_and_bundles_theirs() -> None:
    ids = [kinds.gift_card(), kinds.bundle()]
    with unit_of_work("catalog"):
        rebuild_blocks(ids)
    assert [page(slug)["price"]["amount"] for slug in ("gift-card", "set")] == ["10.00", "10.00"]


def test_a_gift_cards_page_asks_for_its_amount() -> None:
    kinds.gift_card()
    shown = page("gift-card")
    amount = shown["options"][0]
    assert ([choice["code"] for choice in amount["choices"]], amount["least"], amount["most"]) == (
        ["25.00", "50.00"],
        "10",
        "200",
    )
    assert shown["always_available"] and shown["price"]["amount"] == "10.00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "bundle", "options": ()},
        {"kind": "bundle", "dynamic_price": True, "options": (ProductOptionInput(code="a", labels={}, kind="text"),)},
        {"kind": "simple", "dynamic_price": True},
        {"kind": "simple", "members": (MemberInput(sku="K1"),)},
        {"kind": "simple", "gift_card": GiftCardInput(amounts={"eu": (Decimal(1),)})},
        {"kind": "gift_card", "gift_card": GiftCardInput()},
        {"kind": "gift_card", "gift_card": GiftCardInput(least={"eu": Decimal(1)})},
        {"options": (ProductOptionInput(code="a", labels={}),)},
        {"options": (ProductOptionInput(code="a", labels={}, kind="text", percent=Decimal(-1)),)},
        {"options": (ProductOptionInput(code="a", labels={}, kind="text", prices={"xx": Decimal(1)}),)},
        {"options": (ProductOptionInput(code="a", labels={}, choices=(ChoiceInput(code="b", component="K1"),)),)},
        {"kind": "grouped", "members": (MemberInput(sku="GRP"),)},
    ],
)
def test_a_product_that_does_not_hold_together_is_refused(wrong: dict[str, Any]) -> None:
    kinds.grouped()
    with pytest.raises(InvalidProduct):
        save_product(SaveProduct(**{"sku": "X", "texts": {"": {"name": "X"}}, "channels": ("eu",), **wrong}))
    assert not Product.objects.filter(sku="X").exists()


def test_a_part_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownReference, match="NOPE"):
        save_product(
            SaveProduct(sku="X", kind="grouped", texts={"": {"name": "X"}}, members=(MemberInput(sku="NOPE"),))
        )


def test_statements_of_a_quote_are_as_many_for_twenty_bundles_as_for_one() -> None:
    for number in range(20):
        kinds.bundle(f"SET{number}")
    counts = []
    for size in (1, 20):
        lines = tuple(
            QuoteRequestLine(key=str(n), sku=f"SET{n}", quantity=Decimal(1), choices=kinds.choices(knife="k2"))
            for n in range(size)
        )
        with CaptureQueriesContext(connections["catalog"]) as captured:
            quote = Pricing().quote(
                channel="eu", view="en", country="DE", customer_group="", lines=lines, shipping=Decimal(0)
            )
        assert quote.total == 30 * size
        counts.append(len(captured))
    assert counts == [7, 7]


def test_saving_a_bundle_of_many_parts_takes_as_many_statements_as_one_of_few() -> None:
    for number in range(40):
        shop.simple(f"P{number}", f"Part {number}")
    kinds.bundle()
    counts = []
    for size in (2, 40):
        parts = tuple(ChoiceInput(code=f"p{n}", component=f"P{n}") for n in range(size))
        with CaptureQueriesContext(connections["catalog"]) as captured:
            kinds_options = (ProductOptionInput(code="part", labels={"": "Part"}, choices=parts),)
            save_product(
                SaveProduct(
                    sku="SET",
                    kind="bundle",
                    texts={"": {"name": "Set"}},
                    channels=("eu",),
                    dynamic_price=True,
                    options=kinds_options,
                )
            )
        counts.append(len(captured))
    assert counts[0] == counts[1]
