"""What an order must have caused in other domains, once each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.audit.books import Books
from config.audit.findings import Finding
from config.audit.money import PAID
from config.audit.tenders import gift_cards_sold

WAS_PAID = f"state <> 'cancelled' AND payment_state IN {PAID}"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`subjects` are the orders that it happened to since a moment, of `alias`; `owed` are the orders that have it."""

    alias: str
    subjects: str
    owed: str = "true"


EFFECTS = {
    "picking list": Effect(
        alias="logistics",
        subjects="SELECT id FROM logistics_fulfilmentorder WHERE created_at >= %s",
        owed="fulfilment_state <> 'not_needed'",
    ),
    "mail": Effect(
        alias="platform",
        subjects="""SELECT about FROM platform_message
                    WHERE template = 'order_placed' AND created_at >= %s""",
    ),
    "figure of the order": Effect(
        alias="platform", subjects="SELECT subject FROM platform_fact WHERE kind = 'placed' AND at >= %s"
    ),
    "figure of the payment": Effect(
        alias="platform", subjects="SELECT subject FROM platform_fact WHERE kind = 'paid' AND at >= %s", owed=WAS_PAID
    ),
    "points": Effect(
        alias="postpurchase",
        subjects="""SELECT "order" FROM postpurchase_pointsentry WHERE kind = 'earned' AND created_at >= %s""",
        owed=f"customer IS NOT NULL AND {WAS_PAID}",
    ),
}


def effects(books: Books, name: str) -> "Counter[Any]":
    """How often each order had this effect."""
    effect = EFFECTS[name]
    return Counter(subject for (subject,) in books.query(effect.alias, effect.subjects, books.since))


def missing(books: Books) -> Iterator[Finding]:
    """Every effect that an order since then did not have exactly once."""
    for name, effect in EFFECTS.items():
        seen = effects(books, name)
        owed = dict(
            books.query(
                "commerce",
                f"""SELECT id, number FROM commerce_order
                    WHERE NOT historical AND placed_at >= %s AND {effect.owed}""",
                books.since,
            )
        )
        known = dict(
            books.query("commerce", "SELECT id, number FROM commerce_order WHERE id = ANY(%s)", list(seen.keys()))
        )
        for order, number in owed.items():
            if order not in seen:
                yield Finding(f"{name} {order}", f"order {number} has no {name}")
        for order, times in seen.items():
            if order not in known:
                yield Finding(f"{name} {order}", f"{name} of {order}, which is no order")
            elif times > 1:
                yield Finding(f"{name} {order}", f"order {known[order]} has {times} times {name}")
    yield from gift_cards_sold(books)


def failed_mails(books: Books) -> Iterator[Finding]:
    """Mails that could not be sent: the address is wrong, or the mail server is."""
    for template, count in books.query(
        "platform",
        """SELECT template, count(*) FROM platform_message WHERE state = 'failed' AND created_at >= %s
           GROUP BY template""",
        books.since,
    ):
        yield Finding(template, f"{count} mails {template} could not be sent")
