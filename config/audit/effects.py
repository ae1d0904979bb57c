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
ORDERS = "(SELECT * FROM commerce_order WHERE NOT historical) AS o"
ADDITIONS = """(SELECT a.id, o.number || ', an addition to it,' AS number, a.decided_at AS placed_at, a.paid_at,
                       o.customer
                FROM commerce_addition a JOIN commerce_order o ON o.id = a.order_id
                WHERE a.state IN ('added', 'done')) AS a"""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`subjects` are what it happened to since a moment, of `alias`: orders, or others of `of`; `owed` have it."""

    alias: str
    subjects: str
    owed: str = "true"
    of: str = ORDERS


EFFECTS = {
    "picking list": Effect(
        alias="logistics",
        subjects="SELECT id FROM logistics_fulfilmentorder WHERE of_order IS NULL AND created_at >= %s",
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
        subjects="""SELECT "order" FROM postpurchase_pointsentry
                    WHERE kind = 'earned' AND key = 'earn:' || "order" AND created_at >= %s""",
        owed=f"customer IS NOT NULL AND {WAS_PAID}",
    ),
}
"""Of every order."""

ADDED = {
    "figure of the goods": Effect(
        alias="platform",
        subjects="SELECT subject FROM platform_fact WHERE kind = 'added' AND at >= %s",
        of=ADDITIONS,
    ),
    "figure of its payment": Effect(
        alias="platform",
        subjects="SELECT subject FROM platform_fact WHERE kind = 'added_paid' AND at >= %s",
        owed="paid_at IS NOT NULL",
        of=ADDITIONS,
    ),
    "points for the goods": Effect(
        alias="postpurchase",
        subjects="""SELECT substr(key, 6)::uuid FROM postpurchase_pointsentry
                    WHERE kind = 'earned' AND key <> 'earn:' || "order" AND created_at >= %s""",
        owed="customer IS NOT NULL AND paid_at IS NOT NULL",
        of=ADDITIONS,
    ),
}
"""Of everything that was added to an order later."""

ALL = {**EFFECTS, **ADDED}


def effects(books: Books, name: str) -> "Counter[Any]":
    """How often each order had this effect."""
    effect = ALL[name]
    return Counter(subject for (subject,) in books.query(effect.alias, effect.subjects, books.since))


def missing(books: Books) -> Iterator[Finding]:
    """Every effect that an order since then did not have exactly once."""
    for name, effect in ALL.items():
        seen = effects(books, name)
        owed = dict(
            books.query(
                "commerce",
                f"SELECT id, number FROM {effect.of} WHERE placed_at >= %s AND {effect.owed}",
                books.since,
            )
        )
        known = dict(
            books.query("commerce", f"SELECT id, number FROM {effect.of} WHERE id = ANY(%s)", list(seen.keys()))
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
