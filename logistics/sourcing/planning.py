"""In which order a reservation asks the channel's sources: read just before the claim, decided by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Q

from chassis import clock
from logistics.sourcing.distance import Point, kilometres, middle
from logistics.sourcing.models import ParcelCost, Place
from logistics.sourcing.strategies import PRIORITY, STRATEGIES, Candidate
from logistics.warehouse.policy import FREE

AREA = 3
"""So many characters of a postcode are kept: enough to find a source nearby, too few to find a person."""

_CANDIDATES = f"""
SELECT source.id, source.code, link.priority, source.country, source.latitude, source.longitude,
       source.address ->> 'postcode',
       coalesce(json_object_agg(i.sku, ({FREE})::text) FILTER (WHERE i.id IS NOT NULL), '{{}}')
FROM logistics_channelsource link
JOIN logistics_source source ON source.id = link.source_id AND source.enabled
LEFT JOIN logistics_stockitem i ON i.source_id = source.id AND i.sku = ANY(%(skus)s)
WHERE link.channel = %(channel)s GROUP BY source.id, link.priority
"""

_ASKED = """
SELECT (SELECT strategy FROM logistics_sourcingpolicy WHERE channel = %(channel)s),
       (SELECT pickup_source_id FROM logistics_shippingmethod WHERE channel = %(channel)s AND code = %(method)s)
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A strategy's answer: source ids, the first to be asked first, and why each stands where it stands.

    Sources that are not named come after, by their priority.
    """

    strategy: str = PRIORITY
    order: Sequence[UUID] = ()
    why: Mapping[UUID, str] = field(default_factory=dict)


def plan(*, channel: str, wanted: Mapping[str, Decimal], destination: Mapping[str, str]) -> Plan:
    """What the channel's strategy says of these quantities. By priority the claim needs no plan but its own."""
    strategy, pickup = _asked(channel, destination.get("method", ""))
    if strategy == PRIORITY and pickup is None:
        return Plan()
    ranked = STRATEGIES[strategy].rank(wanted, _candidates(channel, list(wanted), destination, pickup))
    first = [(one, "the shopper collects it here") for one, _ in ranked if one.source == pickup]
    ranked = first + [(one, reason) for one, reason in ranked if one.source != pickup]
    return Plan(
        strategy=strategy,
        order=[one.source for one, _ in ranked],
        why={one.source: reason for one, reason in ranked},
    )


def _asked(channel: str, method: str) -> tuple[str, UUID | None]:
    """The channel's strategy, and the source where the goods are collected, if they are."""
    with connections["logistics"].cursor() as cursor:
        cursor.execute(_ASKED, {"channel": channel, "method": method})
        strategy, pickup = cursor.fetchone()
    return (strategy if strategy in STRATEGIES else PRIORITY), pickup


def _candidates(channel: str, skus: list[str], destination: Mapping[str, str], pickup: UUID | None) -> list[Candidate]:
    with connections["logistics"].cursor() as cursor:
        cursor.execute(_CANDIDATES, {"channel": channel, "skus": skus, "now": clock.now()})
        rows = cursor.fetchall()
    country, area = destination.get("country", ""), destination.get("area", "")
    costs = _costs([row[0] for row in rows], country)
    places = Places([(country, area), *((row[3], (row[6] or "")[:AREA]) for row in rows)])
    there = places.point(country, area)
    for source, _, _, home, latitude, longitude, postcode, _ in rows:
        if source == pickup:  # what does not lie there is brought there
            there = _of_source(places, home, latitude, longitude, postcode)
    return [
        Candidate(
            source=source,
            code=code,
            priority=priority,
            free={sku: Decimal(units) for sku, units in free.items()},
            distance=_between(_of_source(places, home, latitude, longitude, postcode), there),
            cost=costs.get(source),
        )
        for source, code, priority, home, latitude, longitude, postcode, free in rows
    ]


def _of_source(places: "Places", home: str, latitude: Any, longitude: Any, postcode: str | None) -> Point | None:
    """A source's own coordinates, else where its postcode or its country lies."""
    if latitude is not None and longitude is not None:
        return float(latitude), float(longitude)
    return places.point(home, (postcode or "")[:AREA])


def _between(here: Point | None, there: Point | None) -> float | None:
    return None if here is None or there is None else kilometres(here, there)


def _costs(sources: list[UUID], country: str) -> dict[UUID, Decimal]:
    """Of a parcel from each source into the country: its own row before that of all other countries."""
    rows = ParcelCost.objects.filter(source__in=sources, country__in={country, ""}).order_by("country")
    return dict(rows.values_list("source", "amount"))


class Places:
    """Where the postcodes of some (country, area) lie, in one query."""

    def __init__(self, asked: Sequence[tuple[str, str]]) -> None:
        several = Q(pk__in=[])
        for country, area in set(asked):
            starts = [area[:length] for length in range(len(area) + 1)]
            several |= Q(country=country, area__in=starts)
        rows = Place.objects.filter(several).values_list("country", "area", "latitude", "longitude")
        self._known = {(country, area): (float(lat), float(lon)) for country, area, lat, lon in rows}

    def point(self, country: str, area: str) -> Point | None:
        """Of the longest beginning of the postcode that is known, else the middle of the country."""
        for length in range(len(area), -1, -1):
            if found := self._known.get((country, area[:length])):
                return found
        return middle(country)
