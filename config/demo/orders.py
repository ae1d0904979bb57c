"""A month of orders: when, where, who, what, how it was paid and what became of it.

Intents only: prices, totals and stock are for the domains to say. What is asked for is in stock when it is
asked for, counting earlier intents, so that a load runs through without refusals.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from config.demo.people import email_of, stranger
from config.demo.seeded import Seed
from config.demo.shapes import Customer, OrderIntent, OrderLine, Product, StockLevel
from config.demo.words import places

DAYS = 31
PER_DAY = 4.0
# Monday first: evenings early in the week and Sundays are busy, Saturdays people are outside.
_WEEKDAY = (1.15, 1.0, 0.95, 0.95, 0.85, 0.8, 1.3)
# Local hours from 0 to 23: quiet nights, a hump at noon, the peak after supper.
_HOUR = (1, 0, 0, 0, 0, 0, 1, 3, 5, 6, 7, 8, 10, 8, 6, 6, 7, 8, 10, 13, 16, 15, 9, 4)
_VIEW_WEIGHTS = {"de": 55, "en": 22, "ch": 23}
# Behaviours of the sandbox's cards, in the order in which they are tried.
_CARDS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("success",), 84),
    (("challenge",), 5),
    (("decline", "success"), 3),
    (("insufficient_funds", "success"), 2),
    (("late_capture",), 2),
    (("duplicates",), 1),
    (("stumble",), 1),
    (("decline",), 2),
)
_FAILING = {"decline", "insufficient_funds"}
_CHANNEL_OF = {code: channel for code, _, channel, _ in places.VIEWS}
_ZONE = {row[0]: ZoneInfo(row[3]) for row in places.CHANNELS}
_SERVING = {
    channel[0]: {code for code, *_, serves in places.SOURCES if channel[0] in serves} for channel in places.CHANNELS
}


class _Shelves:
    """What is left in each source while the intents are made."""

    def __init__(self, stock: tuple[StockLevel, ...]) -> None:
        self.left: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for level in stock:
            self.left[level.sku][level.source] = level.on_hand

    def take(self, sku: str, quantity: Decimal, *, channel: str) -> bool:
        """Whether one source of the channel had it all; virtual SKUs have no shelf and always do."""
        shelf = self.left.get(sku)
        if shelf is None:
            return True
        for source in sorted(_SERVING[channel] & shelf.keys()):
            if shelf[source] >= quantity:
                # Taken from every source: whichever one sourcing picks, the intent stays possible.
                for name in shelf:
                    shelf[name] -= quantity
                return True
        return False


def orders(
    seed: Seed,
    *,
    today: datetime,
    products: tuple[Product, ...],
    stock: tuple[StockLevel, ...],
    customers: tuple[Customer, ...],
) -> tuple[OrderIntent, ...]:
    """All intents of the month before `today`, by time."""
    shelves = _Shelves(stock)
    liking = _liking(seed, products)
    moments = sorted(_moments(seed, today), key=lambda row: row[0])
    return tuple(
        _intent(seed, number, moment, view, today, liking, shelves, customers)
        for number, (moment, view) in enumerate(moments, 1)
    )


def _moments(seed: Seed, today: datetime) -> Iterator[tuple[datetime, str]]:
    """Moments of ordering with their view: business grows a little, weekdays and hours have their rhythm."""
    for back in range(DAYS, 0, -1):
        day: date = (today - timedelta(days=back)).date()
        dice = seed.dice("day", str(DAYS - back))
        expected = PER_DAY * _WEEKDAY[day.weekday()] * (1.1 - 0.2 * back / DAYS)
        for _ in range(max(1, round(dice.gauss(expected, expected**0.5 * 0.6)))):
            view = dice.choices(tuple(_VIEW_WEIGHTS), weights=tuple(_VIEW_WEIGHTS.values()))[0]
            clock = time(dice.choices(range(24), weights=_HOUR)[0], dice.randrange(60), dice.randrange(60))
            local = datetime.combine(day, clock, tzinfo=_ZONE[_CHANNEL_OF[view]])
            yield local.astimezone(today.tzinfo), view


def _liking(seed: Seed, products: tuple[Product, ...]) -> dict[str, tuple[list[Product], list[float]]]:
    """For each channel its products with weights: few sell well, many now and then, cheap ones more."""
    weight = {
        product.sku: seed.dice("liking", product.sku).paretovariate(1.3) / float(product.prices[0].amount) ** 0.4
        for product in products
    }
    chosen = {channel: [product for product in products if channel in product.channels] for channel in _ZONE}
    return {channel: (rows, [weight[row.sku] for row in rows]) for channel, rows in chosen.items()}


def _intent(
    seed: Seed,
    number: int,
    moment: datetime,
    view: str,
    today: datetime,
    liking: dict[str, tuple[list[Product], list[float]]],
    shelves: _Shelves,
    customers: tuple[Customer, ...],
) -> OrderIntent:
    dice = seed.dice("order", str(number))
    channel = _CHANNEL_OF[view]
    customer = None
    if dice.random() < 0.62:
        regulars = [person for person in customers if person.view == view]
        # Squaring favours the head of the list: some customers come back often.
        customer = regulars[int(dice.random() ** 2 * len(regulars))]
    address = dice.choice(customer.addresses) if customer else stranger(view, dice)
    cards = dice.choices([row[0] for row in _CARDS], weights=[row[1] for row in _CARDS])[0]
    return OrderIntent(
        id=seed.id("order", str(number)),
        placed_at=moment,
        channel=channel,
        view=view,
        customer=customer.id if customer else None,
        email=customer.email if customer else email_of(address, number=f"g{number}"),
        delivery=address,
        lines=_lines(dice, channel, liking[channel], shelves),
        cards=cards,
        fate=_fate(dice, cards, (today - moment).days),
    )


def _lines(
    dice: Random, channel: str, liking: tuple[list[Product], list[float]], shelves: _Shelves
) -> tuple[OrderLine, ...]:
    """One to five lines, never the same SKU twice; tableware is bought in sets."""
    wanted = dice.choices((1, 2, 3, 4, 5), weights=(42, 28, 16, 9, 5))[0]
    lines: dict[str, Decimal] = {}
    while len(lines) < wanted:
        product = dice.choices(liking[0], weights=liking[1])[0]
        sku = dice.choice(product.sellable).sku
        sets = product.kind in ("mug", "bowl", "plate")
        quantity = Decimal(dice.choice((1, 2, 4, 6)) if sets else dice.choices((1, 2), weights=(9, 1))[0])
        if sku not in lines and shelves.take(sku, quantity, channel=channel):
            lines[sku] = quantity
    return tuple(OrderLine(sku=sku, quantity=quantity) for sku, quantity in lines.items())


def _fate(dice: Random, cards: tuple[str, ...], age: int) -> str:
    """Yesterday's orders are open, last week's are shipped, and of the older ones some came back."""
    if cards[-1] in _FAILING:
        return "abandoned"
    chance = dice.random()
    if chance < 0.03:
        return "cancelled"
    if age < 2 or (age < 4 and chance < 0.4):
        return "open"
    return "returned" if age > 9 and chance > 0.92 else "shipped"
