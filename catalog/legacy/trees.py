"""Magento's condition trees as ours. Every class, attribute and operator that is not here is named, never guessed.

A tree is JSON: `type` is a PHP class, `aggregator` all or any, `value` of a combination "0" where all (or any) must be
false. Where an attribute has many values, `==` asks for one of them (Magento corrects it so for categories:
Magento\\Rule\\Model\\Condition\\Product\\AbstractProduct::getOperatorForValidate).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SALES, CATALOG = "Magento\\SalesRule\\Model\\Rule\\Condition\\", "Magento\\CatalogRule\\Model\\Rule\\Condition\\"
COMBINATIONS = {SALES + "Combine", SALES + "Product\\Combine", CATALOG + "Combine"}
FOUND, SUBSELECT, ADDRESS = SALES + "Product\\Found", SALES + "Product\\Subselect", SALES + "Address"
PRODUCT = {SALES + "Product", CATALOG + "Product"}
NUMBERS = {"==": "equal", "!=": "not_equal", ">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}
TEXTS = {"==": "one_of", "()": "one_of", "!=": "none_of", "!()": "none_of", "{}": "contains", "!{}": "contains_not"}
SETS = {**TEXTS, "{}": "one_of", "!{}": "none_of"}
CART_FACTS = {"base_subtotal": "subtotal", "total_qty": "quantity", "weight": "weight"}
PLACE_FACTS = {"postcode": "postcode", "region": "region", "country_id": "country"}
LINE_FACTS = {"quote_item_price": "unit_price", "quote_item_qty": "quantity", "quote_item_row_total": "total"}
SUMS = {"qty": "quantity", "base_row_total": "total"}
Data = dict[str, Any]
ALWAYS: Data = {"type": "all", "of": []}


class Untranslatable(Exception):
    """A part of a tree that means nothing here; `code` for counting, the text for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a tree refers to by Magento's names: kinds of our attributes by code, and the source for categories."""

    source: str
    kinds: Mapping[str, str]


def condition(tree: Any, words: Words) -> Data:
    """Our JSON form of a tree; Untranslatable for what is not known."""
    type_ = tree.get("type", "")
    if type_ in COMBINATIONS:
        return _combination(tree, words)
    if type_ == FOUND:
        # A combination in which the value says whether such a line is there, not whether its conditions are true.
        match = "some" if _true(tree) else "none"
        return {"type": "lines", "match": match, "where": of_either(_combination({**tree, "value": "1"}, words))}
    if type_ == SUBSELECT:
        return _sum(tree, words)
    if type_ == ADDRESS:
        return _address(tree)
    if type_ in PRODUCT:
        return _product(tree, words)
    raise Untranslatable("condition_not_known", type_ or "no type")


def of_either(where: Data) -> Data:
    """Magento asks a configurable line and its child, and is content with either (SalesRule\\Model\\RulesApplier)."""
    return where if where == ALWAYS else {"type": "family", "of": where}


def _combination(tree: Any, words: Words) -> Data:
    of = [condition(inner, words) for inner in tree.get("conditions") or ()]
    if not of:
        return dict(ALWAYS)
    all_of = tree.get("aggregator", "all") == "all"
    if _true(tree):
        return {"type": "all" if all_of else "any", "of": of}
    # All are false: there is none that is true. Any is false: not all are true.
    return {"type": "not", "of": {"type": "any" if all_of else "all", "of": of}}


def _sum(tree: Any, words: Words) -> Data:
    fact = SUMS.get(tree.get("attribute") or "")
    if fact is None:
        raise Untranslatable("attribute_not_known", f"sum of {tree.get('attribute')}")
    where = _combination({**tree, "value": "1"}, words)
    return {"type": "sum", "fact": fact, "is": _operator(tree, NUMBERS), "value": _number(tree), "where": where}


def _address(tree: Any) -> Data:
    attribute = tree.get("attribute") or ""
    if attribute in CART_FACTS:
        return {
            "type": "cart", "fact": CART_FACTS[attribute], "is": _operator(tree, NUMBERS), "value": _number(tree),
        }  # fmt: skip
    if attribute in PLACE_FACTS:
        return {"type": "address", "fact": PLACE_FACTS[attribute], **_texts(tree, TEXTS)}
    if attribute in ("shipping_method", "payment_method"):
        return {"type": attribute.removesuffix("_method"), **_texts(tree, TEXTS)}
    raise Untranslatable("attribute_not_known", f"address {attribute}")


def _product(tree: Any, words: Words) -> Data:
    attribute = tree.get("attribute") or ""
    if tree.get("attribute_scope") or "::" in attribute:
        raise Untranslatable("scope_not_known", f"{attribute} of {tree.get('attribute_scope') or 'another product'}")
    if attribute in LINE_FACTS:
        return {
            "type": "line", "fact": LINE_FACTS[attribute], "is": _operator(tree, NUMBERS), "value": _number(tree),
        }  # fmt: skip
    if attribute == "category_ids":
        # Those that a product is in itself, none above (ResourceModel\Product::getAvailableInCategories).
        found = _texts(tree, SETS)
        codes = [f"{words.source}-{id_}" for id_ in found["value"]]
        return {"type": "product", "fact": "own_category", "is": found["is"], "value": codes}
    if attribute == "sku":
        return {"type": "product", "fact": "sku", **_texts(tree, TEXTS)}
    return _attribute(tree, attribute, words)


def _attribute(tree: Any, code: str, words: Words) -> Data:
    kind = words.kinds.get(code)
    if kind is None:
        raise Untranslatable("attribute_not_known", f"product {code}")
    operator = tree.get("operator") or ""
    if kind in ("number", "decimal") and operator in NUMBERS:
        return {"type": "attribute_number", "code": code, "is": NUMBERS[operator], "value": _number(tree)}
    found = _texts(tree, SETS if kind == "multi_select" else TEXTS)
    if kind == "boolean":
        found["value"] = ["true" if value == "1" else "false" for value in found["value"]]
        # What has no value is false there.
        if found["value"] == ["false"]:
            return {"type": "attribute", "code": code, "is": _opposite(found["is"]), "value": ["true"]}
    return {"type": "attribute", "code": code, **found}


def _opposite(operator: str) -> str:
    return "none_of" if operator == "one_of" else "one_of"


def _texts(tree: Any, known: Mapping[str, str]) -> Data:
    if tree.get("operator") == "<=>":
        return {"is": "missing", "value": []}
    value = tree.get("value")
    several = value if isinstance(value, list) else str(value or "").split(",")
    if tree.get("operator") in ("==", "!=", "{}", "!{}") and not isinstance(value, list) and known is TEXTS:
        several = [str(value or "")]
    values = [text for one in several if (text := str(one).strip())]
    if not values:
        raise Untranslatable("no_value", str(tree.get("attribute")))
    return {"is": _operator(tree, known), "value": values}


def _operator(tree: Any, known: Mapping[str, str]) -> str:
    operator = tree.get("operator") or ""
    if operator not in known:
        raise Untranslatable("operator_not_known", f"{operator} on {tree.get('attribute')}")
    return known[operator]


def _number(tree: Any) -> str:
    value = str(tree.get("value") or "0").strip()
    try:
        float(value)
    except ValueError:
        raise Untranslatable("no_number", f"{tree.get('attribute')}: {value}") from None
    return value


def _true(tree: Any) -> bool:
    return tree.get("value") in (True, 1, "1")
