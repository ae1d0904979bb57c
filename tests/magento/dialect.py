"""Holding our answers in Magento's dialect against what a real Magento answered (`oracle/rest/`)."""

import gzip
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from catalog.legacy.dialect.criteria import Criteria, read_criteria
from contracts.dialect import DialectAnswer
from strangler.routing import ours
from strangler.routing.comparing import differences
from strangler.routing.surface import asked
from tests.magento.server import dumps_folder

SOLD_SINCE = "sold between the dump and the answer: the dump's own oracle, salable_qty.csv, says what we say"
INDEX_LACKS = "the product is disabled, so that Magento's stock index lacks it and it answers for no product"
ZERO_DATE = "a date of zeros is carried as none"
STORES = ("all", "default", "de", "fr")
KNOWN: Mapping[tuple[str, str], str] = {
    ("all/V1/stockStatuses/24-MB03", ".qty"): SOLD_SINCE,
    ("all/V1/stockStatuses/24-MB06", ".qty"): SOLD_SINCE,
    ("all/V1/inventory/get-product-salable-quantity/24-MB03/1", "."): SOLD_SINCE,
    ("all/V1/inventory/get-product-salable-quantity/24-MB06/1", "."): SOLD_SINCE,
    **{(f"{store}/V1/products/240-LV07", ".custom_attributes[special_from_date]"): ZERO_DATE for store in STORES},
    ("all/V1/stockStatuses/WSH03-32-Gray", "left to the shop"): INDEX_LACKS,
}
"""Every difference between the real answers and ours, by question and place, with its reason."""


@dataclass
class Found:
    """What a comparison came to: how many answers, and each difference by (question, place)."""

    answers: int = 0
    differing: dict[tuple[str, str], Any] = field(default_factory=dict)

    def add(self, question: str, theirs: Any, mine: Any) -> None:
        """Compare one answer."""
        self.answers += 1
        for place, what in differences(theirs, mine):
            self.differing[question, place] = what


def real(name: str, *, only: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    """(question, body) of what the real one answered; `only` these questions."""
    with gzip.open(dumps_folder() / "oracle" / "rest" / f"{name}.jsonl.gz", "rt") as lines:
        for line in lines:
            one = json.loads(line)
            assert one["status"] == 200, one
            if not only or one["get"] in only:
                yield one["get"], one["body"]


def ask(question: str) -> DialectAnswer:
    """Our answer, as the router has it made."""
    parts = urlsplit(f"/rest/{question}")
    found = asked("GET", unquote(parts.path))
    assert found is not None, question
    return ours.ask(found, parts.query, trusted=True)


def compare(found: Found, question: str, theirs: Any) -> None:
    """Ask us and compare; a question that is left to the shop is a difference too."""
    answer = ask(question)
    if answer.status != 200:
        found.answers += 1
        found.differing[question, "left to the shop" if answer.status == 0 else str(answer.status)] = answer.why
        return
    found.add(question, theirs, json.loads(answer.body))


def reasons(found: Found) -> dict[tuple[str, str], str]:
    """The differences that were found, with the reasons that the table has."""
    return {key: KNOWN.get(key, f"no reason: {what}") for key, what in found.differing.items()}


def compare_lists(found: Found) -> dict[str, int]:
    """Every list: what is found, how it is told, in which order. Answers how many are left to the shop, by why."""
    left: Counter[str] = Counter()
    for question, body in real("listings"):
        answer = ask(question)
        if answer.status == 0:
            left[answer.why] += 1
        else:
            assert answer.status == 200, (question, answer.body)
            criteria = read_criteria(question.split("?", 1)[1])
            _compare_list(found, question, body, json.loads(answer.body), criteria)
    return dict(left)


def _compare_list(
    found: Found, question: str, theirs: dict[str, Any], mine: dict[str, Any], criteria: Criteria
) -> None:
    found.add(question, {**theirs, "items": []}, {**mine, "items": []})
    told = {item["id"]: item for item in mine["items"]}
    place_of = criteria.sorts[0].field
    for place, (one, other) in enumerate(zip(theirs["items"], mine["items"], strict=True)):
        if one["id"] in told:
            found.add(f"{question} {one['sku']}", one, told[one["id"]])
        if one["id"] != other["id"]:
            # Equal ones come in no order there, and so also on no certain page.
            assert _key(one, place_of) == _key(other, place_of), (question, place, one["sku"], other["sku"])


def _key(item: dict[str, Any], field: str) -> Any:
    return str(item.get(field, "")).strip().casefold()
