"""Reads in Magento's dialect that are about products and categories: which path asks for what."""

from collections.abc import Callable
from typing import Any

import msgspec

from catalog.legacy.dialect import categories, made_of
from catalog.legacy.dialect.criteria import Criteria, parameters, read_criteria
from catalog.legacy.dialect.errors import NotHere, Refused
from catalog.legacy.dialect.facts import Facts, facts_of
from catalog.legacy.dialect.listing import find
from catalog.legacy.dialect.made_of import product_id
from catalog.legacy.dialect.products import products
from contracts.dialect import DialectAnswer, DialectQuestion, MadeOf

UNKNOWN = "The product that was requested doesn't exist. Verify the product and try again."
# Filters and orders by which Magento looks at prices as the store has them; see `products`.
PRICES = frozenset({"price", "special_price"})


def answer(question: DialectQuestion) -> DialectAnswer:
    """The answer to a read of the catalogue; never raises for what is asked."""
    try:
        return _told(_body(question))
    except Refused as refused:
        return _told(refused.body, status=refused.status)
    except NotHere as error:
        return DialectAnswer(status=0, why=str(error))


def _body(question: DialectQuestion) -> Any:
    read: Callable[[Facts], Any]
    match question.path:
        case ("products",):
            criteria = read_criteria(question.query)
            read = lambda facts: _listing(facts, criteria)  # noqa: E731
        case ("products", sku):
            _nothing_more(question)
            read = lambda facts: _product(facts, sku)  # noqa: E731
        case ("categories",):
            root, depth = _branch(question)
            read = lambda facts: categories.branch(facts, root, depth)  # noqa: E731
        case ("categories", id_) if _is_id(id_):
            _nothing_more(question)
            read = lambda facts: categories.category(facts, id_)  # noqa: E731
        case ("categories", id_, "products") if _is_id(id_):
            _nothing_more(question)
            read = lambda facts: _contents(facts, id_)  # noqa: E731
        case _:
            raise NotHere("no read of the catalogue")
    return read(facts_of(question.source, question.store))


def _product(facts: Facts, sku: str) -> dict[str, Any]:
    id_ = product_id(facts.source, sku)
    found = products(facts, [id_]) if id_ else {}
    if not found:
        raise Refused(404, UNKNOWN)
    return found[id_]


def _listing(facts: Facts, criteria: Criteria) -> dict[str, Any]:
    page = find(facts, criteria)
    fields = {one.field for group in criteria.groups for one in group} | {sort.field for sort in criteria.sorts}
    found = products(facts, page.ids, listed=True, by_store=bool(fields & PRICES))
    return {
        "items": [found[id_] for id_ in page.ids if id_ in found],
        "search_criteria": criteria.told,
        "total_count": page.total,
    }


def _contents(facts: Facts, id_: str) -> list[dict[str, Any]]:
    if facts.store is not None:
        # Magento reads its index there, and what that holds beside was never observed.
        raise NotHere("what lies in a category as one store sees it")
    return categories.contents(facts, id_)


def _branch(question: DialectQuestion) -> tuple[str, int]:
    given = parameters(question.query)
    root, depth = given.pop("rootCategoryId", ""), given.pop("depth", "0")
    if given or not (root == "" or _is_id(root)) or not (depth == "0" or _is_id(depth)):
        raise NotHere("parameters of a tree")
    return root, int(depth)


def _nothing_more(question: DialectQuestion) -> None:
    if question.query:
        raise NotHere("parameters")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 10 and text[0] != "0"


def what_it_is_made_of(source: str, sku: str) -> MadeOf | None:
    """For logistics, what stock a product's answer depends on; None for one that is not there."""
    return made_of.made_of(source, sku)


def _told(value: Any, *, status: int = 200) -> DialectAnswer:
    return DialectAnswer(status=status, body=msgspec.json.encode(value).decode())
