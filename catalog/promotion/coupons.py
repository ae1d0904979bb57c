"""Coupons: single ones, and batches that a job makes in chunks.

Codes are random: `LETTERS` has 32, so that a random byte is one without favouring any, and none that is read as
another. A chunk is one COPY; what happens to be there already is made again.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connections, transaction
from django.db.models import F

from catalog.promotion.errors import CouponTaken, InvalidCoupon, UnknownRule
from catalog.promotion.models import Coupon, CouponBatch, PromotionRule
from chassis import clock
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import enqueue, unit_of_work

LETTERS = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MAKE = "catalog.make_coupons"
CHUNK, MOST = 20_000, 1_000_000
_CODE = re.compile(r"[^\W_][\w.+*!-]{0,59}")
_ALLOWED = "a letter or digit, then letters, digits and _ . + * ! -"
_BYTES = bytes(LETTERS[byte % len(LETTERS)] for byte in range(256))


@dataclass(frozen=True, kw_only=True)
class AddCoupon:
    """A single code of a rule."""

    rule: UUID
    code: str
    uses_limit: int | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MakeBatch:
    """So many codes: a prefix and `length` random characters."""

    rule: UUID
    wanted: int
    prefix: str = ""
    length: int = 10
    uses_limit: int | None = 1
    ends_at: datetime | None = None


def code_key(code: str) -> str:
    """A code as it is looked up: shoppers write it as they like."""
    return code.strip().upper()


def add_coupon(command: AddCoupon) -> Coupon:
    """Add a code. Raises UnknownRule, InvalidCoupon or CouponTaken."""
    if not _CODE.fullmatch(command.code):
        raise InvalidCoupon(f"A code is {_ALLOWED}, 60 at most.", field="/code")
    with unit_of_work("catalog"):
        rule = _coupon_rule(command.rule)
        coupon = Coupon(
            rule=rule,
            code=command.code,
            code_key=code_key(command.code),
            uses_limit=_limit(command.uses_limit),
            ends_at=command.ends_at,
        )
        try:
            with transaction.atomic(using="catalog"):
                coupon.save(force_insert=True)
        except IntegrityError:
            raise CouponTaken(field="/code") from None
    return coupon


def make_batch(command: MakeBatch) -> UUID:
    """Let a job make the codes. Raises UnknownRule, or InvalidCoupon where they could be guessed or are too many."""
    if not 0 < command.wanted <= MOST:
        raise InvalidCoupon(f"A batch has 1 to {MOST} codes.", field="/wanted")
    if not 8 <= command.length <= 32:
        raise InvalidCoupon("8 to 32 random characters keep codes from being guessed.", field="/length")
    if command.prefix and not (_CODE.fullmatch(command.prefix) and len(command.prefix) <= 20):
        raise InvalidCoupon(f"A prefix is {_ALLOWED}, 20 at most.", field="/prefix")
    with unit_of_work("catalog"):
        batch = CouponBatch.objects.create(
            rule=_coupon_rule(command.rule),
            prefix=command.prefix,
            length=command.length,
            wanted=command.wanted,
            uses_limit=_limit(command.uses_limit),
            ends_at=command.ends_at,
        )
        enqueue(MAKE, key=f"{batch.id}:0", payload={"batch": str(batch.id)})
    return batch.id


def switch_coupon(coupon: UUID, *, active: bool) -> None:
    """Let a code be accepted or not."""
    with unit_of_work("catalog"):
        Coupon.objects.filter(id=coupon).update(active=active)


def codes_of(batch: UUID) -> Iterator[tuple[str, int]]:
    """Codes of a batch with how often each was used, for a file of any size."""
    rows = Coupon.objects.filter(batch=batch).order_by("id").values_list("code", "used")
    return rows.iterator(chunk_size=5000)


def _coupon_rule(rule_id: UUID) -> PromotionRule:
    rule = PromotionRule.objects.filter(id=rule_id).first()
    if rule is None:
        raise UnknownRule()
    if not rule.needs_coupon:
        raise InvalidCoupon("The rule applies without a coupon.", field="/rule")
    return rule


def _limit(limit: int | None) -> int | None:
    if limit is not None and not 0 < limit <= MOST:
        raise InvalidCoupon(f"A code is used 1 to {MOST} times, or without a limit.", field="/uses_limit")
    return limit


def _make_chunk(job: LeasedJob, _: object) -> None:
    """One chunk, then a job for the next: a kill costs one, and none is made twice."""
    batch = CouponBatch.objects.select_for_update().get(id=job.payload["batch"])
    made = _insert(batch, min(CHUNK, batch.wanted - batch.made))
    CouponBatch.objects.filter(id=batch.id).update(made=F("made") + made)
    if batch.made + made < batch.wanted:
        enqueue(MAKE, key=f"{batch.id}:{batch.made + made}:{job.id}", payload=job.payload)


def _insert(batch: CouponBatch, count: int) -> int:
    """Write so many new codes; fewer when some were there already."""
    now = clock.now()
    with connections["catalog"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_codes (id uuid, code text, key text) ON COMMIT DROP")
        with cursor.copy("COPY new_codes FROM STDIN") as copy:
            for code in _random_codes(batch, count):
                copy.write_row((new_id(), code, code_key(code)))
        cursor.execute(
            """INSERT INTO catalog_coupon (id, rule_id, batch_id, code, code_key, active, uses_limit, used, ends_at,
                                           created_at)
               SELECT id, %s, %s, code, key, true, %s, 0, %s, %s FROM new_codes
               ON CONFLICT (code_key) DO NOTHING""",
            [batch.rule_id, batch.id, batch.uses_limit, batch.ends_at, now],
        )
        made = cursor.rowcount
        cursor.execute("DROP TABLE new_codes")
    return made


def _random_codes(batch: CouponBatch, count: int) -> Iterator[str]:
    letters = os.urandom(count * batch.length).translate(_BYTES).decode()
    return (batch.prefix + letters[at : at + batch.length] for at in range(0, len(letters), batch.length))


MAKE_COUPONS = JobKind(name=MAKE, record=_make_chunk)
