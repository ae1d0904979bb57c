"""Customers with their addresses, and the strangers who order as guests."""

from datetime import datetime, timedelta
from random import Random

from config.demo.seeded import Seed
from config.demo.shapes import Address, Customer
from config.demo.slugs import slug
from config.demo.words import names, places

CUSTOMERS = 72
_CHANNEL_OF = {code: channel for code, _, channel, _ in places.VIEWS}
_VIEWS = ("de", "de", "de", "en", "en", "ch", "ch")


def stranger(view: str, dice: Random) -> Address:
    """An address of somebody who shops in `view`, in a country of its channel."""
    countries, weights = zip(*names.HOMES[view], strict=True)
    country = dice.choices(countries, weights=weights)[0]
    language, pattern, streets, towns = names.PLACES[country]
    postcode, city = dice.choice(towns)
    street = pattern.format(street=dice.choice(streets), number=dice.randint(1, 148))
    return Address(
        first_name=dice.choice(names.FIRST_NAMES[language]),
        last_name=dice.choice(names.LAST_NAMES[language]),
        street=street,
        postcode=postcode,
        city=city,
        country=country,
    )


def email_of(address: Address, *, number: int | str) -> str:
    """A mailbox in a domain that cannot exist."""
    return f"{slug(address.first_name)}.{slug(address.last_name)}.{number}@mail.example"


def customers(seed: Seed, *, today: datetime) -> tuple[Customer, ...]:
    """Registered customers, oldest first; all of them before the month of orders began."""
    people = [_customer(seed, number, today) for number in range(1, CUSTOMERS + 1)]
    return tuple(sorted(people, key=lambda person: person.registered_at))


def _customer(seed: Seed, number: int, today: datetime) -> Customer:
    dice = seed.dice("customer", str(number))
    view = _VIEWS[number % len(_VIEWS)]
    home = stranger(view, dice)
    trade = number % 12 == 0
    addresses = [home]
    if trade or dice.random() < 0.25:
        other = stranger(view, dice)
        addresses.append(
            Address(
                first_name=home.first_name,
                last_name=home.last_name,
                street=other.street,
                postcode=other.postcode,
                city=other.city,
                country=other.country,
                company=dice.choice(names.COMPANIES) if trade else "",
            )
        )
    email = email_of(home, number=number)
    return Customer(
        id=seed.id("customer", email),
        email=email,
        first_name=home.first_name,
        last_name=home.last_name,
        group="trade" if trade else "general",
        channel=_CHANNEL_OF[view],
        view=view,
        addresses=tuple(addresses),
        newsletter=dice.random() < 0.4,
        registered_at=today - timedelta(days=dice.randint(32, 900), minutes=dice.randint(1, 1400)),
    )
