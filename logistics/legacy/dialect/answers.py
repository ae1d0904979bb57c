"""Reads in Magento's dialect that are about stock: which path asks for what."""

from typing import Any

import msgspec

from contracts.dialect import DialectAnswer, DialectQuestion, MadeOf
from logistics.legacy.dialect.items import item, number
from logistics.legacy.dialect.shelf import DEFAULT_STOCK, Good, goods
from logistics.legacy.network import read_network

UNKNOWN = 'The Product with the "%1" SKU doesn\'t exist.'


class NotHere(Exception):
    """This cannot be answered here as Magento would."""


def answer(question: DialectQuestion) -> DialectAnswer:
    """The answer to a read of stock; never raises for what is asked."""
    try:
        return _answer(question)
    except NotHere as error:
        return DialectAnswer(status=0, why=str(error))
    except ValueError:  # a setting in a form of its own: Magento keeps a quantity per customer group in one
        return DialectAnswer(status=0, why="a number that is none")


def _answer(question: DialectQuestion) -> DialectAnswer:
    if question.query:
        raise NotHere("parameters")
    match question.path:
        case ("stockItems", sku):
            return _item(question, sku)
        case ("stockStatuses", sku):
            return _status(question, sku)
        case ("inventory", "get-product-salable-quantity", sku, stock):
            return _told(number(str(_sold_alone(question, sku, stock).salable(stock))))
        case ("inventory", "is-product-salable", sku, stock):
            return _told(_sold_alone(question, sku, stock).may_be_sold(stock))
    raise NotHere("no read of stock")


def _item(question: DialectQuestion, sku: str) -> DialectAnswer:
    network = read_network(question.source)
    good = goods(question.source, network, [sku]).get(sku)
    if good is None:
        return _told({"message": UNKNOWN, "parameters": [sku]}, status=404)
    return _told(item(network, _settings(good)))


def _status(question: DialectQuestion, sku: str) -> DialectAnswer:
    """The stock status of a product in the stock from which the store's website sells."""
    network, made_of = read_network(question.source), question.made_of
    asked = {sku, *(part for group in made_of.groups for part in group)} if made_of else {sku}
    known = goods(question.source, network, asked)
    good = known.get(sku)
    if good is None:
        return _told({"message": UNKNOWN, "parameters": [sku]}, status=404)
    if made_of is None or not made_of.enabled:
        # Magento's index knows none that are disabled, and says then that there is no such product.
        raise NotHere("a product that is disabled")
    stock = _stock_of(question.store)
    settings = _settings(good)
    return _told({
        "product_id": settings["product_id"] and int(settings["product_id"]),
        "stock_id": int(DEFAULT_STOCK),
        "qty": 0 if good.composite else number(str(good.salable(stock))),
        "stock_status": int(_may_be_sold(good, known, made_of, stock)),
        "stock_item": item(network, settings),
    })  # fmt: skip


def _may_be_sold(good: Good, known: dict[str, Good], made_of: MadeOf, stock: str) -> bool:
    if not good.may_be_sold(stock):
        return False
    groups = [[known[sku] for sku in group if sku in known] for group in made_of.groups]
    return all(any(part.may_be_sold(stock) for part in group) for group in groups)


def _sold_alone(question: DialectQuestion, sku: str, stock: str) -> Good:
    network = read_network(question.source)
    good = goods(question.source, network, [sku]).get(sku)
    if good is None or good.composite or stock not in network.links:
        raise NotHere("no product that is sold as itself from such a stock")
    return good


def _settings(good: Good) -> Any:
    if good.settings is None:
        raise NotHere("a product without stock settings")
    return good.settings


def _stock_of(store: str) -> str:
    """The stock as all stores see it, which in Magento is the first one. No answer for one store was ever observed."""
    if store == "all":
        return DEFAULT_STOCK
    raise NotHere("stock as one store sees it")


def _told(value: Any, *, status: int = 200) -> DialectAnswer:
    return DialectAnswer(status=status, body=msgspec.json.encode(value).decode())
