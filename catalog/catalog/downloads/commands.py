"""Granting, using and revoking downloads."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connections
from django.db.models import F, QuerySet

from catalog.catalog.downloads.errors import DownloadEnded, UnknownFile
from catalog.catalog.downloads.inputs import FILES
from catalog.catalog.downloads.models import CancelledOrder, DownloadFile, DownloadGrant
from chassis import clock
from chassis.unit_of_work import unit_of_work
from contracts.commerce import AdditionPaid, OrderCancelled, OrderLine, OrderPaid, OrderRefunded


class Sold(NamedTuple):
    """So many of a product on an order line, itself or as part of a bundle; `files`: only these of it, all if empty."""

    line: UUID
    product: UUID
    quantity: Decimal
    files: frozenset[str] = frozenset()


def grant_downloads(event: OrderPaid | AdditionPaid) -> None:
    """What is paid of an order brings the files of what it sold, once; one that is cancelled or refunded nothing."""
    sold = list(_sold(event.lines))
    files = DownloadFile.objects.filter(product__in={one.product for one in sold}, offered=True, is_sample=False)
    by_product: dict[UUID, list[DownloadFile]] = {}
    for file in files:
        by_product.setdefault(file.product_id, []).append(file)
    if not by_product:
        return
    _one_at_a_time(event.order)
    if CancelledOrder.objects.filter(id=event.order).exists():
        return
    DownloadGrant.objects.bulk_create(
        [
            _grant(event, one, file, granted_at=event.paid_at)
            for one in sold
            for file in by_product.get(one.product, ())
            if not one.files or file.code in one.files
        ],
        ignore_conflicts=True,
    )


def revoke_downloads(event: OrderCancelled | OrderRefunded) -> None:
    """An order that is cancelled or wholly refunded gives nothing to fetch, whatever of it is known by now.

    Of one that keeps some of its money nobody knows which goods it was for: its files stay. What staff gave anew stays
    too when it is told again.
    """
    if isinstance(event, OrderRefunded) and not event.whole:
        return
    _one_at_a_time(event.order)
    _, new = CancelledOrder.objects.get_or_create(id=event.order, defaults={"at": clock.now()})
    if new:
        DownloadGrant.objects.filter(order=event.order, revoked_at=None).update(revoked_at=clock.now())


def revoke_grant(grant: UUID) -> None:
    """Staff take a right back."""
    with unit_of_work("catalog"):
        DownloadGrant.objects.filter(id=grant, revoked_at=None).update(revoked_at=clock.now())


def renew_grant(grant: UUID) -> None:
    """Staff give it anew: counted and timed from now."""
    with unit_of_work("catalog"):
        row = DownloadGrant.objects.select_for_update().select_related("file").get(id=grant)
        row.used, row.revoked_at = 0, None
        row.expires_at = _expiry(row.file, clock.now())
        row.save(update_fields=["used", "revoked_at", "expires_at"])


def granted_file(grant: UUID) -> DownloadFile:
    """The file that a grant opens today. UnknownFile, DownloadEnded."""
    return _usable(DownloadGrant.objects.select_related("file"), grant).file


def use_grant(grant: UUID) -> None:
    """Count one download. Of two at once that both want the last one, one gets it. UnknownFile, DownloadEnded."""
    with unit_of_work("catalog"):
        _usable(DownloadGrant.objects.select_for_update(), grant)
        DownloadGrant.objects.filter(id=grant).update(used=F("used") + 1)


def _usable(grants: QuerySet[DownloadGrant], grant: UUID) -> DownloadGrant:
    row = grants.filter(id=grant).first()
    if row is None:
        raise UnknownFile()
    if row.ended(clock.now()):
        raise DownloadEnded()
    return row


def sample(file: UUID, *, channel: str) -> DownloadFile:
    """A free file of a product that the channel sells. UnknownFile."""
    found = DownloadFile.objects.filter(id=file, is_sample=True, offered=True, product__channels__contains=[channel])
    row = found.first()
    if row is None:
        raise UnknownFile()
    return row


def _one_at_a_time(order: UUID) -> None:
    """Payment and end of one order, told to two consumers at once, would not see each other's rows."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"catalog.downloads {order}"])


def _sold(lines: Iterable[OrderLine]) -> Iterable[Sold]:
    for line in lines:
        singly = frozenset(str(choice.value) for choice in line.choices if choice.option == FILES)
        yield Sold(line.id, line.product, line.quantity, singly)
        for part in line.components:
            yield Sold(line.id, part.product, line.quantity * part.quantity)


def _grant(event: OrderPaid | AdditionPaid, sold: Sold, file: DownloadFile, *, granted_at: datetime) -> DownloadGrant:
    return DownloadGrant(
        order=event.order,
        order_number=event.number,
        line=sold.line,
        channel=event.channel,
        customer=event.customer,
        key_hash=event.key_hash,
        file=file,
        most=file.most_downloads * max(1, int(sold.quantity)) if file.most_downloads else None,
        expires_at=_expiry(file, granted_at),
        granted_at=granted_at,
    )


def _expiry(file: DownloadFile, start: datetime) -> datetime | None:
    return start + timedelta(days=file.days) if file.days else None
