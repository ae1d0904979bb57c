"""What steers the demo shop's search names what the shop has."""

from config.demo import extras, shop, steering
from config.demo.words import extras as words


def test_merchandising_names_shelves_values_and_products_of_the_shop() -> None:
    demo = shop.build()
    shelves = {category.code for category in demo.categories}
    options = {(row.code, option.code) for row in demo.attributes for option in row.options}
    skus = {one.sku for one in extras.products(demo)} | {product.sku for product in demo.products}
    rules = list(steering.merchandising(demo))
    assert {rule.action for rule in rules} == {"pin", "boost", "bury"}
    assert {rule.category for rule in rules if rule.category} <= shelves
    assert {(rule.attribute, rule.value) for rule in rules if rule.attribute} <= options
    assert {sku for rule in rules for sku in rule.skus} <= skus


def test_redirects_lead_to_pages_that_there_are() -> None:
    pages = {f"/pages/{code}" for code, _, _ in words.PAGES}
    assert {redirect.address for redirect in steering.redirects()} <= pages
