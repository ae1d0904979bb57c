"""Claiming, giving back and confirming what checkouts hold, under locks taken in one order.

`hold` locks everything that a batch of events will touch; the other functions act on what it returns.
Nothing here publishes answers: reactions do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from chassis import clock
from chassis.messages import encode
from chassis.unit_of_work import enqueue
from logistics.reservation import statements
from logistics.reservation.models import Reservation
from logistics.reservation.states import State
from logistics.sourcing.explaining import Considered, explain
from logistics.sourcing.planning import AREA, plan

EXPIRE = "logistics.expire_reservation"
Wanted = tuple[str, Decimal, bool]
"""SKU, quantity, and whether a SKU without stock falls short: what needs no parcel may have none."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What of a request goes to one place, and how it is sourced; without a `delivery` it goes where the order goes."""

    delivery: UUID | None = None
    lines: Sequence[Wanted]
    destination: Mapping[str, str]


@dataclass
class Held:
    """The locked reservations of a batch, and the items whose stock it moved."""

    reservations: dict[UUID, Reservation]
    touched: set[UUID] = field(default_factory=set)


class BrokenClaim(RuntimeError):
    """A claim took another quantity than was wanted, or too much: a defect; the transaction is given up."""


def requested(
    saga: UUID,
    *,
    channel: str,
    cart: UUID,
    lines: Iterable[Wanted],
    expires_at: object,
    destination: Mapping[str, str] | None = None,
    further: Sequence[Part] = (),
) -> Reservation:
    """The row of a request that has not been looked at; lines on one SKU become one.

    `further` parts go elsewhere than `destination`. Of a postcode (country, area, method) only its beginning is kept.
    """
    lines, to = list(lines), _kept(destination or {})
    parts = [Part(lines=lines, destination=to), *further] if further else []
    return Reservation(
        id=saga,
        state=State.REQUESTED.value,
        channel=channel,
        cart=cart,
        lines=_summed([*lines, *(line for part in further for line in part.lines)]),
        destination=to,
        deliveries=[
            {
                "delivery": str(part.delivery) if part.delivery else None,
                "lines": _summed(part.lines),
                "destination": _kept(part.destination),
            }
            for part in parts
        ],
        expires_at=expires_at,
        created_at=clock.now(),
    )


def _kept(destination: Mapping[str, str]) -> dict[str, str]:
    to = {name: value for name, value in destination.items() if value}
    return {**to, "area": to["area"][:AREA].upper()} if "area" in to else to


def _summed(lines: Iterable[Wanted]) -> list[list[Any]]:
    sums: dict[str, Decimal] = {}
    shelved: dict[str, bool] = {}
    for sku, quantity, shelf in lines:
        sums[sku] = sums.get(sku, Decimal(0)) + quantity
        shelved[sku] = shelved.get(sku, False) or shelf
    return [[sku, str(sums[sku]), shelved[sku]] for sku in sorted(sums)]


def tombstone(saga: UUID, *, reason: str) -> Reservation:
    """The row of a release that came before its request."""
    return Reservation(id=saga, state=State.RELEASED.value, reason=reason, created_at=clock.now())


def hold(new: Sequence[Reservation], also: Iterable[UUID] = ()) -> Held:
    """Insert the rows that are not there yet and lock all: reservations by id, then their items by id.

    Of two rows of one saga the first counts, and a row that exists wins over both. `also` names
    reservations to lock as they are; those that do not exist are absent from the answer.
    """
    first: dict[UUID, Reservation] = {}
    for row in new:
        first.setdefault(row.id, row)
    inserted = _insert([first[key] for key in sorted(first)])
    found = {key: first[key] for key in inserted}
    others = (set(first) | set(also)) - set(inserted)
    if others:
        rows = Reservation.objects.select_for_update(no_key=True).filter(id__in=others).order_by("id")
        found.update((row.id, row) for row in rows)
    if len(found) > 1 or any(row.deliveries for row in found.values()):
        _lock_items(found.values())
    return Held(found)


def claim(held: Held, reservation: Reservation) -> list[str]:
    """Take all lines or none, from the channel's sources as its strategy has them; returns the SKUs that fall short.

    What goes to several places is taken for one after the other. Puts the explanation on the reservation, which the
    caller stores with its new state.
    """
    short: set[str] = set()
    told = []
    for part in _parts(reservation):
        missing, why = _claim_part(held, reservation, part)
        short.update(missing)
        told.append(why)
    reservation.sourcing = {**told[0], "further": told[1:]} if told[1:] else told[0]
    if short and told[1:]:
        give_back(held, reservation)
        reservation.allocations.all().delete()
    return sorted(short)


def _claim_part(held: Held, reservation: Reservation, part: Part) -> tuple[list[str], dict[str, Any]]:
    """Take what goes to one place, or nothing of it: what falls short, and the explanation."""
    lines = part.lines
    wanted_of = {sku: quantity for sku, quantity, _ in lines}
    order = plan(channel=reservation.channel, wanted=wanted_of, destination=part.destination)
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            statements.CLAIM,
            {
                "reservation": reservation.id,
                "delivery": part.delivery,
                "channel": reservation.channel,
                "skus": [sku for sku, _, _ in lines],
                "quantities": [quantity for _, quantity, _ in lines],
                "shelved": [shelf for _, _, shelf in lines],
                "order": list(order.order),
                "now": clock.now(),
            },
        )
        short, items, claimed, wanted, seen = cursor.fetchone()
    if not short and claimed != wanted:
        raise BrokenClaim(f"{claimed} claimed of {wanted} for {reservation.id}")
    held.touched.update(items)
    to = " ".join(filter(None, (part.destination.get(name, "") for name in ("country", "area"))))
    return list(short), explain(order, map(_considered, seen), short=short, to=to)


def _considered(row: Sequence[Any]) -> Considered:
    source, code, enabled, priority, items = row
    units = {sku: (Decimal(free), Decimal(stock), Decimal(beyond)) for sku, (free, stock, beyond) in items.items()}
    return Considered(source=UUID(source), code=code, enabled=enabled, priority=priority, items=units)


def give_back(held: Held, reservation: Reservation) -> None:
    """Return all that a reservation still holds to the shelf."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(statements.RELEASE, {"reservation": reservation.id})
        held.touched.update(item for (item,) in cursor.fetchall())


def give_back_part(held: Held, allocations: Sequence[tuple[UUID, Decimal]]) -> None:
    """Return so much of each allocation to the shelf; the rest stays held."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            statements.RELEASE_PART,
            {
                "allocations": [allocation for allocation, _ in allocations],
                "quantities": [quantity for _, quantity in allocations],
            },
        )
        held.touched.update(item for (item,) in cursor.fetchall())


def confirm(held: Held, reservation: Reservation, *, order: UUID, order_number: str) -> bool:
    """Tie a reservation to its order; one that expired is claimed again. False when it cannot be had."""
    if reservation.state in (State.CONFIRMED, State.CONSUMED):
        return reservation.order == order
    facts: dict[str, Any] = {"order": order, "order_number": order_number}
    if reservation.state == State.EXPIRED:
        if claim(held, reservation):
            return False
        facts["sourcing"] = reservation.sourcing
    elif reservation.state != State.RESERVED:
        return False
    reservation.become(State.CONFIRMED, **facts)
    return True


def schedule_expiry(reservation: Reservation) -> None:
    """A job at `expires_at`; it does nothing when the reservation was confirmed or extended by then."""
    if reservation.expires_at is not None:
        moment = reservation.expires_at.isoformat()
        enqueue(
            EXPIRE,
            key=f"{reservation.id}@{moment}",
            payload={"saga": str(reservation.id), "expires_at": moment},
            due_at=reservation.expires_at,
        )


def send(held: Held, allocations: Sequence[tuple[UUID, Decimal]], *, reference: str, actor: str) -> bool:
    """Take goods off the shelf for good; false when an allocation no longer holds that much."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            statements.SEND,
            {
                "allocations": [allocation for allocation, _ in allocations],
                "quantities": [quantity for _, quantity in allocations],
                "reference": reference,
                "actor": actor,
                "now": clock.now(),
            },
        )
        count, items = cursor.fetchone()
    held.touched.update(items)
    return bool(count == len(allocations))


def _parts(reservation: Reservation) -> list[Part]:
    """By the place that it goes to; all of it, where that is one."""
    whole = {"delivery": None, "lines": reservation.lines, "destination": reservation.destination}
    return [
        Part(
            delivery=UUID(one["delivery"]) if one["delivery"] else None,
            # Rows of an earlier release have two members.
            lines=[(sku, Decimal(quantity), all(shelf)) for sku, quantity, *shelf in one["lines"]],
            destination=one["destination"],
        )
        for one in reservation.deliveries or [whole]
    ]


def _insert(rows: list[Reservation]) -> list[UUID]:
    """Insert in the given order what is not there; a row that another transaction is inserting is waited for."""
    if not rows:
        return []
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO logistics_reservation
                   (id, state, channel, cart, lines, destination, deliveries, expires_at, order_number, reason, version,
                    created_at)
               SELECT id, state, channel, cart, lines::jsonb, destination::jsonb, deliveries::jsonb, expires_at, '',
                      reason, 1, created_at
               FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[],
                           %s::timestamptz[], %s::text[], %s::timestamptz[])
                   AS new(id, state, channel, cart, lines, destination, deliveries, expires_at, reason, created_at)
               ON CONFLICT (id) DO NOTHING RETURNING id""",
            [
                [row.id for row in rows],
                [row.state for row in rows],
                [row.channel for row in rows],
                [row.cart for row in rows],
                [encode(row.lines).decode() for row in rows],
                [encode(row.destination).decode() for row in rows],
                [encode(row.deliveries).decode() for row in rows],
                [row.expires_at for row in rows],
                [row.reason for row in rows],
                [row.created_at for row in rows],
            ],
        )
        inserted = [id_ for (id_,) in cursor.fetchall()]
    for row in rows:
        row._state.adding = False
        row._state.db = "logistics"
    return inserted


def _lock_items(reservations: Iterable[Reservation]) -> None:
    rows = sorted(reservations, key=lambda row: row.id)
    pairs = [(row.channel, sku) for row in rows for sku, *_ in row.lines]
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            statements.LOCK_ITEMS,
            {
                "channels": [channel for channel, _ in pairs],
                "skus": [sku for _, sku in pairs],
                "reservations": [row.id for row in rows],
            },
        )
