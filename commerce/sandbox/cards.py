"""The test cards: the last four digits of a number choose how the provider behaves. Owns no state."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """How the provider treats a payment; kept with it, since some concern its later calls and webhooks."""

    SUCCESS = "success"
    DECLINE = "decline"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CHALLENGE = "challenge"
    LOST_ANSWER = "lost_answer"
    LOST_REQUEST = "lost_request"
    LATE_CAPTURE = "late_capture"
    DUPLICATES = "duplicates"
    DISORDER = "disorder"
    EARLY = "early"
    STUMBLE = "stumble"


DECLINE_CODES = {
    Behaviour.DECLINE: "card_declined",
    Behaviour.INSUFFICIENT_FUNDS: "insufficient_funds",
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """One row of the table: the last four digits, a full number to type in, and what it does."""

    last4: str
    behaviour: Behaviour
    number: str
    effect: str


def _card(last4: str, behaviour: Behaviour, effect: str) -> Card:
    number = "4242424242424242" if last4 == "4242" else f"400000000000{last4}"
    return Card(last4=last4, behaviour=behaviour, number=number, effect=effect)


TABLE: tuple[Card, ...] = (
    _card("4242", Behaviour.SUCCESS, "authorised at once"),
    _card("0002", Behaviour.DECLINE, "declined with card_declined"),
    _card("9995", Behaviour.INSUFFICIENT_FUNDS, "declined with insufficient_funds"),
    _card("3220", Behaviour.CHALLENGE, "requires_action: 3-D Secure"),
    _card("0119", Behaviour.LOST_ANSWER, "books the authorisation, stays silent, then answers 504"),
    _card("0126", Behaviour.LOST_REQUEST, "stays silent, then answers 504; nothing was booked"),
    _card("0341", Behaviour.LATE_CAPTURE, "authorised at once; a capture is accepted and booked later"),
    _card("0077", Behaviour.DUPLICATES, "every webhook is sent three times with the same webhook-id"),
    _card("0085", Behaviour.DISORDER, "the first webhook arrives after the later ones"),
    _card("0093", Behaviour.EARLY, "the webhook arrives before the answer of the call"),
    _card("0500", Behaviour.STUMBLE, "answers 500 once per reference with nothing booked, then works"),
)

_BY_LAST4 = {card.last4: card for card in TABLE}
_NUMBER = re.compile(r"[0-9]{12,19}")


def find(number: str) -> Card | None:
    """The card of a number (spaces and dashes are allowed); None when it is no test card."""
    digits = number.replace(" ", "").replace("-", "")
    return _BY_LAST4.get(digits[-4:]) if _NUMBER.fullmatch(digits) else None
