"""Scheduling, publishing, withdrawing and archiving a product in one channel."""

from dataclasses import dataclass
from datetime import datetime

from catalog.catalog.checking import all_known
from catalog.catalog.errors import IllegalPublication, UnknownReference
from catalog.catalog.inputs import PublishProduct
from catalog.catalog.publication.models import Publication
from catalog.catalog.publication.states import State, moved
from catalog.catalog.publishing import publish_product
from catalog.catalog.sorting import sku_key
from catalog.product.models import Channel, Product
from chassis import clock
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import enqueue, unit_of_work

BOUNDARY = "catalog.publication_boundary"


@dataclass(frozen=True, kw_only=True)
class SchedulePublication:
    """On sale in a channel from `starts_at` (now if None) until just before `ends_at` (for good if None)."""

    sku: str
    channel: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def schedule_publication(command: SchedulePublication) -> None:
    """Plan when a product is on sale; a later plan replaces an earlier one."""
    now = clock.now()
    starts, ends = command.starts_at, command.ends_at
    for moment in (starts, ends):
        if moment is not None and moment.tzinfo is None:
            raise IllegalPublication("A moment needs a time zone.", field="/starts_at")
    if ends is not None and ends <= max(starts or now, now):
        raise IllegalPublication("It must end after it starts, and not before now.", field="/ends_at")
    with unit_of_work("catalog"):
        product, row = _locked(command.sku, command.channel)
        later = starts is not None and starts > now
        name = "schedule" if later else "schedule_end" if row.state == State.PUBLISHED else "publish"
        row.state, row.starts_at, row.ends_at = moved(State(row.state), name), starts, ends
        row.turn += 1
        row.save()
        if not later:
            _sell(product, command.channel, on=True)
        for moment in (starts if later else None, ends):
            if moment is not None:
                payload = {"product": str(product.id), "channel": command.channel, "turn": row.turn}
                enqueue(BOUNDARY, key=f"{row.id}:{row.turn}:{moment.isoformat()}", payload=payload, due_at=moment)


def change_publication(sku: str, channel: str, name: str) -> None:
    """publish, withdraw, archive or restore a product in a channel. Raises IllegalPublication."""
    with unit_of_work("catalog"):
        product, row = _locked(sku, channel)
        row.state = moved(State(row.state), name)
        row.starts_at = row.ends_at = None
        row.turn += 1
        if row.state == State.DRAFT:
            row.delete()
        else:
            row.save()
        _sell(product, channel, on=row.state == State.PUBLISHED)


def state_of(product: Product, row: Publication | None, channel: str) -> State:
    """Where a product stands: what it is published in counts before anything kept beside it."""
    if channel in product.channels:
        return State.PUBLISHED
    if row is None or row.state == State.PUBLISHED:
        return State.DRAFT
    return State(row.state)


def _locked(sku: str, channel: str) -> tuple[Product, Publication]:
    """The product under its lock, and its row for the channel with the state that counts."""
    product = Product.objects.select_for_update().filter(sku_key=sku_key(sku), parent=None).first()
    if product is None:
        raise UnknownReference(f"There is no product {sku}.", field="/sku")
    all_known([channel], Channel.objects.values_list("code", flat=True), "channel")
    row = Publication.objects.filter(product=product, channel=channel).first()
    state = state_of(product, row, channel)
    row = row or Publication(product=product, channel=channel, turn=0)
    row.state = state
    return product, row


def _sell(product: Product, channel: str, *, on: bool) -> None:
    wanted = set(product.channels) | {channel} if on else set(product.channels) - {channel}
    if wanted != set(product.channels):
        publish_product(PublishProduct(sku=product.sku, channels=tuple(sorted(wanted))))


def _at_boundary(job: LeasedJob, _: object) -> None:
    """A start or an end has come; a plan that was replaced meanwhile has another turn."""
    row = Publication.objects.filter(product=job.payload["product"], channel=job.payload["channel"]).first()
    if row is None:
        return
    product = Product.objects.select_for_update().get(id=job.payload["product"])
    row = Publication.objects.filter(id=row.id, turn=job.payload["turn"]).first()
    if row is None:
        return
    now, state = clock.now(), state_of(product, row, row.channel)
    if row.ends_at is not None and row.ends_at <= now and state != State.ARCHIVED:
        row.state = moved(state, "archive")
        row.save(update_fields=["state"])
        _sell(product, row.channel, on=False)
    elif state == State.SCHEDULED and row.starts_at is not None and row.starts_at <= now:
        row.state = moved(state, "publish")
        row.save(update_fields=["state"])
        _sell(product, row.channel, on=True)


PUBLICATION_BOUNDARY = JobKind(name=BOUNDARY, record=_at_boundary)
