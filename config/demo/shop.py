"""Builds the demo shop in memory: same seed and same day, same shop to the last slug.

Whoever loads it does so through the public commands, in this order, each step with the clock set as said:

1.  `channels`, then `views`, whose root categories come with step 5;
2.  `sources`, with the channels that they serve and their priority in each;
3.  `staff` (the first is the administrator);
4.  `attributes` with their options, then `product_types`;
5.  `categories`, in the order given: parents come before children;
6.  `products`, each at its `created_at`: the product, its variants, its values, its texts and slugs per view
    (`Text.at(view.locale)`), its place in the categories, its prices per channel, and its pictures,
    drawn by `pictures.draw(product, picture.colour)`;
7.  `stock`, at a moment before the first order;
8.  `customers` with their addresses, taken over as accounts made at `registered_at`;
9.  `orders`, by time, each at `placed_at`: cart, checkout, the cards of `cards` one after another, and a day
    or two later what `fate` says. When the clock is back at the present, indexes and figures follow by
    themselves, from events.

Nothing here reads the clock, the disk or Django's settings; what day it is must be said.
"""

from datetime import UTC, date, datetime, time

from config.demo import company, orders, people, products, stock
from config.demo.seeded import Seed
from config.demo.shapes import DemoShop
from config.demo.words import places

SEED = 6
# A Tuesday; only for who does not care which day it is.
SOME_DAY = date(2026, 9, 1)


def build(seed: int = SEED, *, today: date = SOME_DAY) -> DemoShop:
    """The whole shop as of the morning of `today` in UTC: its orders end the evening before."""
    seeds = Seed(seed)
    midnight = datetime.combine(today, time(), tzinfo=UTC)
    attributes, product_types = company.attribute_set(seeds)
    goods = products.products(seeds, today=midnight)
    levels = stock.levels(seeds, goods)
    customers = people.customers(seeds, today=midnight)
    return DemoShop(
        seed=seed,
        name=places.SHOP,
        password=places.PASSWORD,
        channels=company.channels(seeds),
        views=company.views(seeds),
        sources=company.sources(seeds),
        attributes=attributes,
        product_types=product_types,
        categories=company.categories(seeds),
        products=goods,
        stock=levels,
        staff=company.staff(seeds),
        customers=customers,
        orders=orders.orders(seeds, today=midnight, products=goods, stock=levels, customers=customers),
    )
