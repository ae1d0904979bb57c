"""The demo shop is complete, believable and the same every time."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product as combinations
from time import perf_counter

import pytest

from commerce.sandbox.cards import Behaviour
from config.demo.shapes import DemoShop, Product, Text
from config.demo.shop import SOME_DAY, build

MIDNIGHT = datetime.combine(SOME_DAY, datetime.min.time(), tzinfo=UTC)


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return build()


def _texts(value: object) -> list[Text]:
    """Every Text in a tree of dataclasses, tuples and mappings."""
    if isinstance(value, Text):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, tuple):
        return [text for part in value for text in _texts(part)]
    return _texts(vars(value)) if hasattr(value, "__dataclass_fields__") else []


def test_same_seed_and_day_give_an_equal_shop(shop: DemoShop) -> None:
    assert build() == shop


def test_another_seed_gives_other_ids_and_other_orders(shop: DemoShop) -> None:
    other = build(7)
    assert not {row.id for row in other.products} & {row.id for row in shop.products}
    assert [row.lines for row in other.orders] != [row.lines for row in shop.orders]


def test_another_day_moves_orders_but_not_the_catalogue() -> None:
    later = build(today=date(2027, 3, 15))
    assert [row.sku for row in later.products] == [row.sku for row in build().products]
    assert later.orders[-1].placed_at.date() == date(2027, 3, 14)


def test_building_takes_less_than_three_seconds() -> None:
    started = perf_counter()
    build()
    assert perf_counter() - started < 3


def test_it_has_the_promised_size(shop: DemoShop) -> None:
    kinds = Counter(row.type for row in shop.products)
    assert len(shop.products) == 300
    assert kinds["simple"] >= 80 and kinds["virtual"] >= 10 and kinds["configurable"] >= 150
    assert [row.currency for row in shop.channels] == ["EUR", "CHF"]
    assert len(shop.views) == 3 and {row.locale[:2] for row in shop.views} == {"en", "de"}
    assert len(shop.sources) == 3
    assert {row.role for row in shop.staff} == {"administrator", "catalogue_editor", "order_desk", "warehouse"}
    assert len(shop.customers) >= 60
    assert 100 <= len(shop.orders) <= 180


def test_ids_skus_and_mailboxes_are_unique(shop: DemoShop) -> None:
    sellable = [item for row in shop.products for item in row.sellable]
    skus = [row.sku for row in shop.products] + [v.sku for row in shop.products for v in row.variants]
    collections = (
        shop.channels,
        shop.views,
        shop.sources,
        shop.staff,
        shop.attributes,
        shop.product_types,
        shop.categories,
        shop.products,
        shop.customers,
        shop.orders,
    )
    ids = [row.id for rows in collections for row in rows]
    ids += [variant.id for row in shop.products for variant in row.variants]
    mailboxes = [row.email for row in shop.customers] + [row.email for row in shop.staff]
    for what in (skus, ids, mailboxes, [item.sku for item in sellable]):
        assert [key for key, times in Counter(what).items() if times > 1] == []


@pytest.mark.parametrize("what", ["products", "categories"])
def test_slugs_are_unique_in_each_view_and_present_where_offered(shop: DemoShop, what: str) -> None:
    rows = getattr(shop, what)
    for view in shop.views:
        slugs = [row.slugs[view.code] for row in rows if view.code in row.slugs]
        assert len(slugs) == len(set(slugs)) > 50
    owner = {view.code: view.channel for view in shop.views}
    for row in rows:
        channels = row.channels if isinstance(row, Product) else (row.channel,)
        assert set(row.slugs) == {code for code, channel in owner.items() if channel in channels}


def test_slugs_are_plain_and_follow_the_language(shop: DemoShop) -> None:
    for row in shop.products:
        assert all(
            slug.replace("-", "").isalnum() and slug.isascii() and slug == slug.lower() for slug in row.slugs.values()
        )
    tent = next(row for row in shop.products if row.kind == "tent")
    assert tent.slugs["en"].endswith("-tent") and tent.slugs["de"].startswith("zelt-")


def test_every_text_exists_in_both_languages(shop: DemoShop) -> None:
    texts = _texts(shop)
    assert len(texts) > 3000
    assert [text for text in texts if not text.en.strip() or not text.de.strip()] == []
    assert [text for text in texts if "{" in text.en + text.de] == []


def test_descriptions_differ_between_languages_and_products(shop: DemoShop) -> None:
    assert [row.sku for row in shop.products if row.description.en == row.description.de] == []
    assert len({row.description for row in shop.products}) == 300


def test_switzerland_never_reads_an_eszett(shop: DemoShop) -> None:
    assert any("ß" in text.de for text in _texts(shop))
    assert [text for text in _texts(shop) if "ß" in text.at("de-CH")] == []


def test_category_trees_have_three_levels_and_parents_come_first(shop: DemoShop) -> None:
    for channel in shop.channels:
        seen: dict[str, int] = {}
        for row in (row for row in shop.categories if row.channel == channel.code):
            assert row.level == (0 if row.parent is None else seen[row.parent] + 1)
            seen[row.code] = row.level
        assert sorted(set(seen.values())) == [0, 1, 2, 3]
    roots = {row.code for row in shop.categories if row.level == 0}
    assert {view.root_category for view in shop.views} == roots


def test_every_product_is_in_a_category_of_each_of_its_channels(shop: DemoShop) -> None:
    owner = {row.code: row.channel for row in shop.categories}
    for row in shop.products:
        assert [owner[code] for code in row.categories] == list(row.channels)


def test_each_configurable_has_all_variants_and_only_it(shop: DemoShop) -> None:
    for row in shop.products:
        if row.type != "configurable":
            assert not row.variants and not row.axes
            continue
        seen = [tuple(variant.choices[axis] for axis in row.axes) for variant in row.variants]
        chosen = [sorted({choice[i] for choice in seen}) for i in range(len(row.axes))]
        assert sorted(seen) == sorted(combinations(*chosen)), row.sku
        if "colour" in row.axes:
            assert {picture.colour for picture in row.pictures} == {v.choices["colour"] for v in row.variants}


def test_values_fit_their_attributes_and_product_types(shop: DemoShop) -> None:
    attributes = {row.code: row for row in shop.attributes}
    types = {row.code: set(row.attributes) for row in shop.product_types}
    python = {"text": Text, "select": str, "multi_select": tuple, "decimal": Decimal, "boolean": bool}
    used = set()
    for row in shop.products:
        assert {*row.values, *row.axes} <= types[row.product_type], row.sku
        choices = [pair for variant in row.variants for pair in variant.choices.items()]
        for code, value in [*row.values.items(), *choices]:
            attribute = attributes[code]
            used.add(attribute.type)
            assert isinstance(value, python[attribute.type]), (row.sku, code)
            picked = value if isinstance(value, tuple) else (value,)
            options = {option.code for option in attribute.options}
            assert not options or set(picked) <= options, (row.sku, code)
        assert all(attributes[axis].axis for axis in row.axes)
    assert used == set(python)


def test_prices_are_in_the_currency_of_each_channel_and_reductions_reduce(shop: DemoShop) -> None:
    currency = {row.code: row.currency for row in shop.channels}
    reduced = 0
    for row in shop.products:
        for item in row.sellable:
            assert {price.channel: price.currency for price in item.prices} == {
                code: currency[code] for code in row.channels
            }
            for price in item.prices:
                assert price.amount > 0
                if price.special is not None and price.special_from and price.special_until:
                    assert 0 < price.special < price.amount, item.sku
                    assert price.special_from < price.special_until
                    reduced += 1
    assert reduced > 100


def test_some_special_prices_run_today_some_are_over_and_some_to_come(shop: DemoShop) -> None:
    windows = {
        ("over" if p.special_until <= MIDNIGHT else "coming" if p.special_from > MIDNIGHT else "running")
        for row in shop.products
        for p in row.prices
        if p.special_from and p.special_until
    }
    assert windows == {"over", "coming", "running"}


def test_all_that_is_shipped_has_stock_in_sources_of_its_channels(shop: DemoShop) -> None:
    serves = {row.code: set(row.channels) for row in shop.sources}
    held = {(level.sku, level.source) for level in shop.stock}
    assert len(held) == len(shop.stock)
    for row in shop.products:
        expected = {code for code, channels in serves.items() if channels & set(row.channels)}
        for item in row.sellable:
            assert {source for source in serves if (item.sku, source) in held} == (
                set() if row.type == "virtual" else expected
            )
    empty = Counter(level.sku for level in shop.stock if level.on_hand == 0)
    assert any(times >= 2 for times in empty.values())
    assert all(sorted(row.channels.values())[0] >= 1 for row in shop.sources)


def test_people_live_where_their_channel_delivers(shop: DemoShop) -> None:
    countries = {row.code: set(row.countries) for row in shop.channels}
    for person in shop.customers:
        assert {address.country for address in person.addresses} <= countries[person.channel]
        assert person.email.endswith(".example")
    for order in shop.orders:
        assert order.delivery.country in countries[order.channel]


def test_each_order_asks_for_things_that_its_channel_sells(shop: DemoShop) -> None:
    offered = {item.sku: row.channels for row in shop.products for item in row.sellable}
    channel = {view.code: view.channel for view in shop.views}
    customers = {row.id: row for row in shop.customers}
    for order in shop.orders:
        assert order.channel == channel[order.view]
        assert order.lines and len({line.sku for line in order.lines}) == len(order.lines)
        assert all(order.channel in offered[line.sku] and line.quantity > 0 for line in order.lines)
        if order.customer:
            assert customers[order.customer].channel == order.channel
            assert customers[order.customer].registered_at < order.placed_at
            assert order.delivery in customers[order.customer].addresses
    assert 0.2 < sum(order.customer is None for order in shop.orders) / len(shop.orders) < 0.6


def test_each_order_finds_its_goods_in_the_sources_of_its_channel(shop: DemoShop) -> None:
    left = {(level.sku, level.source): level.on_hand for level in shop.stock}
    virtual = {row.sku for row in shop.products if row.type == "virtual"}
    for order in shop.orders:
        sources = sorted(
            (row.channels[order.channel], row.code) for row in shop.sources if order.channel in row.channels
        )
        for line in order.lines:
            wanted = Decimal(0) if line.sku in virtual else line.quantity
            for _, source in sources:
                taken = min(wanted, left.get((line.sku, source), Decimal(0)))
                left[line.sku, source] = left.get((line.sku, source), Decimal(0)) - taken
                wanted -= taken
            assert wanted == 0, (order.placed_at, line)


def test_orders_fill_a_month_by_time_with_a_rhythm(shop: DemoShop) -> None:
    moments = [order.placed_at for order in shop.orders]
    assert moments == sorted(moments)
    assert MIDNIGHT - timedelta(days=32) < moments[0] and moments[-1] < MIDNIGHT
    assert {moment.date() for moment in moments} >= {SOME_DAY - timedelta(days=back) for back in range(1, 31)}
    hours = Counter(moment.hour for moment in moments)
    assert sum(hours[h] for h in range(16, 21)) > 3 * sum(hours[h] for h in range(6))
    busy = Counter(moment.weekday() for moment in moments)
    assert busy[6] > busy[3]


def test_cards_are_known_to_the_sandbox_and_their_end_fits_the_fate(shop: DemoShop) -> None:
    known = {behaviour.value for behaviour in Behaviour}
    for order in shop.orders:
        assert order.cards and set(order.cards) <= known
        assert (order.fate == "abandoned") == (order.cards[-1] in {"decline", "insufficient_funds"})
    assert {order.fate for order in shop.orders} == {"open", "shipped", "returned", "cancelled", "abandoned"}
    assert {"challenge", "decline"} <= {card for order in shop.orders for card in order.cards}
