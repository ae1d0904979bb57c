"""Sets and the like are made of what the shop sells in every channel."""

from catalog.catalog.composition.checking import check_composition
from config.demo import extras, shop


def test_every_kind_of_product_is_in_the_demo_and_its_parts_are_sold_everywhere() -> None:
    demo = shop.build()
    sold = {item.sku for product in demo.products if len(product.channels) == 2 for item in product.sellable}
    made = list(extras.products(demo))
    assert {one.kind for one in made} == {"bundle", "grouped", "downloadable", "gift_card"}
    for one in made:
        check_composition(one, [channel.code for channel in demo.channels])
        parts = {choice.component for option in one.options or () for choice in option.choices}
        assert parts | {member.sku for member in one.members or ()} <= sold
    assert made == list(extras.products(shop.build()))


def test_pages_are_said_in_both_languages() -> None:
    for one in extras.content(shop.build()):
        assert set(one.texts) == {"", "view:de", "view:ch"}
