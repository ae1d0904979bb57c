"""Kinds of job of this domain."""

from typing import Any

from chassis.jobs import JobKind, LeasedJob
from identity.auth import attempts, keys, sessions
from identity.legacy import shop
from identity.legacy.customers import make_customers
from identity.legacy.rows import MIRROR


def _rotate(job: LeasedJob, _: Any) -> None:
    keys.rotate()
    keys.purge()
    sessions.purge()
    attempts.purge()


LEGACY = MIRROR.job_kind(
    {
        "shop": shop.make_shop,
        "group": shop.make_groups,
        "attribute": shop.pass_on_attributes,
        "option": shop.pass_on_options,
        "address": shop.pass_on_addresses,
        "customer": make_customers,
    }
)

JOBS = (JobKind(name="identity.rotate_keys", record=_rotate), LEGACY)
