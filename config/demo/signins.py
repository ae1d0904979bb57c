"""The sign-ins of the demo shop, for people who try it out."""

from config.demo.people_book import ROLES
from config.demo.shapes import DemoShop


def lines(demo: DemoShop) -> list[str]:
    """One line per member of staff and a customer of each view; all have one password."""
    rows = [(member.email, f"admin, {ROLES[member.role]}") for member in demo.staff]
    seen: set[str] = set()
    for person in demo.customers:
        if person.view not in seen:
            seen.add(person.view)
            rows.append((person.email, f"customer of view {person.view}"))
    return [f"sign-in                {email:44} {what}" for email, what in rows] + [
        f"password of all        {demo.password}",
        "card that pays         4242424242424242",
    ]
