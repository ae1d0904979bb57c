"""What a shopper's choices come to: parts, surcharges, or what is wrong with them. One statement for a cart."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connections

from catalog.catalog.composition.shown import GIFT_TEXTS
from catalog.product import scopes
from catalog.product.models import Product
from chassis.money import Money
from contracts.catalog import QuoteRequestLine
from contracts.shared import Choice

MOST_PER_PART = Decimal(9999)
ONE = Decimal(1)
_READ = """
SELECT o.product_id, o.code, o.kind, o.labels::text, o.required, o.max_length, o.prices::text, o.percent,
       c.code, c.labels::text, c.quantity, c.quantity_changes, c.prices::text, c.percent, c.is_default,
       part.id, part.sku, part.kind, part.tax_class, part.requires_shipping, %(channel)s = ANY(part.channels),
       coalesce(d.name, part.texts -> '' ->> 'name', part.sku), d.source -> 'lines' -> part.sku_key ->> 'options'
FROM catalog_productoption o
LEFT JOIN catalog_optionchoice c ON c.option_id = o.id
LEFT JOIN catalog_product part ON part.id = c.component_id
LEFT JOIN catalog_productdocument d ON d.view = %(view)s AND d.product_id = coalesce(part.parent_id, part.id)
WHERE o.product_id = ANY(%(products)s)
ORDER BY o.position, c.position
"""


class Part(NamedTuple):
    """A product that a choice stands for."""

    id: UUID
    sku: str
    kind: str
    tax_class: str
    requires_shipping: bool
    on_sale: bool
    name: str
    options: str | None

    @property
    def title(self) -> str:
        return f"{self.name}, {self.options}" if self.options else self.name


@dataclass(frozen=True, kw_only=True)
class Answer:
    code: str
    label: str
    quantity: Decimal
    quantity_changes: bool
    prices: Mapping[str, str]
    percent: Decimal | None
    is_default: bool
    part: Part | None


@dataclass(frozen=True, kw_only=True)
class Question:
    code: str
    kind: str
    label: str
    required: bool
    max_length: int
    prices: Mapping[str, str]
    percent: Decimal | None
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass(kw_only=True)
class Chosen:
    """What the choices of a line come to. `amount` is a gift card's worth; `problem` is a code of the quote."""

    parts: list[tuple[Part, Decimal]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    added: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    amount: Decimal | None = None
    problem: str = ""
    option: str = ""

    def wrong(self, problem: str, option: str) -> "Chosen":
        self.problem, self.option = problem, option
        return self


def questions_of(products: Collection[UUID], *, channel: str, view: str) -> dict[UUID, list[Question]]:
    """The options of products as a view labels them."""
    found: dict[UUID, dict[str, Question]] = defaultdict(dict)
    chain = scopes.fallback(view=view, channel=channel)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_READ, {"channel": channel, "view": view, "products": list(products)})
        for row in cursor.fetchall():
            product, code, kind, labels, required, longest, prices, percent = row[:8]
            question = found[product].setdefault(
                code,
                Question(
                    code=code,
                    kind=kind,
                    label=scopes.label(json.loads(labels), chain, default=code),
                    required=required,
                    max_length=longest,
                    prices=json.loads(prices),
                    percent=percent,
                ),
            )
            if row[8] is not None:
                question.answers[row[8]] = _answer(row[8:], chain)
    return {product: list(several.values()) for product, several in found.items()}


def _answer(row: Sequence[Any], chain: Sequence[str]) -> Answer:
    code, labels, quantity, changes, prices, percent, default, *part = row
    component = Part(*part) if part[0] else None
    label = scopes.label(json.loads(labels), chain, default=component.title if component else code)
    return Answer(
        code=code,
        label=label,
        quantity=quantity,
        quantity_changes=changes,
        prices=json.loads(prices),
        percent=percent,
        is_default=default,
        part=component,
    )


def chosen(questions: Iterable[Question], choices: Sequence[Choice], *, channel: str) -> Chosen:
    """Answers put to questions. A question without an answer takes its default; a required one needs some answer."""
    given: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices:
        given[choice.option].append(choice)
    result = Chosen()
    for question in questions:
        if question.prices and channel not in question.prices:
            continue
        answers = given.pop(question.code, [])
        put = _put_text if question.kind in ("text", "date") else _put_picked
        if problem := put(result, question, answers, channel):
            return result.wrong(problem, question.code)
    return result.wrong("choice_unknown", next(iter(given))) if given else result


def _put_picked(result: Chosen, question: Question, choices: Sequence[Choice], channel: str) -> str:
    picked = [(question.answers.get(choice.value), choice.quantity) for choice in choices]
    if not picked:
        picked = [
            (answer, None) for answer in question.answers.values() if answer.is_default and _there(answer, channel)
        ]
    if question.required and not picked:
        return "choice_missing"
    codes = [answer.code for answer, _ in picked if answer]
    if len(codes) != len(set(codes)) or (question.kind == "select" and len(picked) > 1):
        return "choice_invalid"
    for answer, asked in picked:
        if answer is None or not _there(answer, channel):
            return "choice_unknown"
        quantity = answer.quantity if asked is None else asked
        if not 0 < quantity <= MOST_PER_PART or (quantity != answer.quantity and not answer.quantity_changes):
            return "choice_invalid"
        # Ten of what one is added for cost ten times as much.
        times = quantity / answer.quantity if answer.part else ONE
        _add(result, answer.prices.get(channel), answer.percent, times=times)
        if answer.part:
            result.parts.append((answer.part, quantity))
        many = f"{quantity.normalize():f} × " if answer.part and quantity != 1 else ""
        result.labels.append(f"{question.label}: {many}{answer.label}")
    return ""


def _put_text(result: Chosen, question: Question, choices: Sequence[Choice], channel: str) -> str:
    """What the shopper wrote is checked and goes nowhere else: it may be about a person."""
    if len(choices) > 1:
        return "choice_invalid"
    text = choices[0].value.strip() if choices else ""
    if not text:
        return "choice_missing" if question.required else ""
    if len(text) > question.max_length or (question.kind == "date" and not _is_date(text)):
        return "choice_invalid"
    _add(result, question.prices.get(channel), question.percent)
    return ""


def _add(result: Chosen, amount: str | None, percent: Decimal | None, *, times: Decimal = ONE) -> None:
    result.added += Decimal(amount or 0) * times
    result.percent += (percent or 0) * times


def _there(answer: Answer, channel: str) -> bool:
    return (not answer.prices or channel in answer.prices) and (answer.part is None or answer.part.on_sale)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def gift_card(details: Mapping[str, Any], choices: Sequence[Choice], *, channel: str, currency: str) -> Chosen:
    """A gift card's worth and whether all is said that it needs; who gets it is not looked at further."""
    result = Chosen()
    given = {choice.option: choice.value.strip() for choice in choices}
    known = {"amount", *(code for code, _ in GIFT_TEXTS)}
    if unknown := [choice.option for choice in choices if choice.option not in known]:
        return result.wrong("choice_unknown", unknown[0])
    for code, longest in GIFT_TEXTS:
        if len(given.get(code, "")) > longest:
            return result.wrong("choice_invalid", code)
    for code in ("amount", "recipient_email"):
        if not given.get(code):
            return result.wrong("choice_missing", code)
    result.amount = _worth(details, given["amount"], channel=channel, currency=currency)
    if result.amount is None:
        return result.wrong("choice_invalid", "amount")
    try:
        validate_email(given["recipient_email"])
    except ValidationError:
        return result.wrong("choice_invalid", "recipient_email")
    return result


def _worth(details: Mapping[str, Any], text: str, *, channel: str, currency: str) -> Decimal | None:
    try:
        amount = Decimal(text)
        if not amount.is_finite() or Money(amount, currency).quantized().amount != amount:
            return None
    except (InvalidOperation, ValueError):
        return None
    if any(Decimal(offered) == amount for offered in details.get("amounts", {}).get(channel, ())):
        return amount
    least, most = (details.get(name, {}).get(channel) for name in ("least", "most"))
    return amount if least and most and Decimal(least) <= amount <= Decimal(most) else None


class Asking(Protocol):
    """What of a product says whether something is chosen on it."""

    kind: str
    root: UUID
    has_choices: bool
    details: dict[str, Any]


def chosen_on(
    lines: Sequence[QuoteRequestLine],
    keys: Mapping[str, str],
    goods: Mapping[str, Asking],
    *,
    channel: str,
    currency: str,
    view: str,
) -> dict[str, Chosen]:
    """What the choices of each line come to; nothing is read for a cart in which nothing can be chosen."""
    asking = {good.root for good in goods.values() if good.has_choices and good.kind != Product.GIFT_CARD}
    questions = questions_of(asking, channel=channel, view=view) if asking else {}
    found = {}
    for line in lines:
        good = goods.get(keys[line.key])
        if good is None or not good.has_choices:
            continue
        if good.kind == Product.GIFT_CARD:
            found[line.key] = gift_card(good.details, line.choices, channel=channel, currency=currency)
        else:
            found[line.key] = chosen(questions.get(good.root, ()), line.choices, channel=channel)
    return found
