"""Our answer to a read in Magento's dialect: each domain for its own part, put together here."""

from dataclasses import replace

import msgspec
from django.conf import settings

from chassis.clients import client
from contracts.dialect import CatalogDialect, DialectAnswer, DialectQuestion, StockDialect
from strangler.routing.flags import PRODUCT, STOCK
from strangler.routing.surface import Asked

STATUS = "stockStatuses"


def ask(asked: Asked, query: str, *, trusted: bool) -> DialectAnswer:
    """What the domains answer; a status of 0 where one of them cannot. Raises `clients.Unavailable`.

    A caller who is not `trusted`, who sent no token, is told no stock item of a product: Magento tells it to who may
    see stock.
    """
    question = DialectQuestion(source=settings.MAGENTO_NAME, store=asked.store, path=asked.path, query=query)
    if asked.area is STOCK:
        return _stock(question)
    answer = client(CatalogDialect).read(question=question)
    whole = trusted and asked.area is PRODUCT and answer.status == 200
    return _with_stock(question, answer) if whole else answer


def is_open(asked: Asked) -> bool:
    """Whether Magento answers this without a token where the shop allows that at all: of stock only the status."""
    return asked.area is not STOCK or asked.path[0] == STATUS


def _stock(question: DialectQuestion) -> DialectAnswer:
    if question.path[0] == STATUS:
        made_of = client(CatalogDialect).made_of(source=question.source, sku=question.path[1])
        question = replace(question, made_of=made_of)
    return client(StockDialect).read(question=question)


def _with_stock(question: DialectQuestion, answer: DialectAnswer) -> DialectAnswer:
    """A product says its stock item among what others add to it."""
    product = msgspec.json.decode(answer.body)
    of_stock = DialectQuestion(source=question.source, store=question.store, path=("stockItems", product["sku"]))
    stock = client(StockDialect).read(question=of_stock)
    if stock.status != 200:
        return DialectAnswer(status=0, why=f"no stock item: {stock.why or stock.status}")
    product["extension_attributes"]["stock_item"] = msgspec.json.decode(stock.body)
    return DialectAnswer(status=200, body=msgspec.json.encode(product).decode())
