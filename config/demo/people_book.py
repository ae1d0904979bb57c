"""Loads staff, and customers with their addresses, who registered long ago and are not greeted now."""

from collections.abc import Sequence
from contextlib import suppress

from config.demo.progress import Progress
from config.demo.seeded import Seed
from config.demo.shapes import Address, Customer, DemoShop, StaffMember
from identity.auth.credentials import hash_password
from identity.customer import commands as customers
from identity.customer.importing import ImportedAddress, ImportedCustomer, Password, external, import_customers
from identity.user import commands as staff
from identity.user.errors import StaffExists

ROLES = {
    "administrator": "administrator",
    "catalogue_editor": "merchandiser",
    "order_desk": "support",
    "warehouse": "fulfilment",
}
PER_BATCH = 25
_GROUPS = {"general": "General", "trade": "Trade"}


def load(demo: DemoShop, progress: Progress) -> None:
    """Everybody who is not there yet."""
    locales = {view.code: view.locale for view in demo.views}

    def hire(member: StaffMember) -> None:
        with suppress(StaffExists):
            staff.create_staff(
                staff.CreateStaff(
                    email=member.email, password=demo.password, roles=[ROLES[member.role]], name=member.name
                )
            )

    # One hash for all: they have one password, and each hash is made to cost time.
    password = Password(stored=hash_password(demo.password))

    def take_over(people: Sequence[Customer]) -> None:
        import_customers([_account(demo, person, locales[person.view], password) for person in people])

    progress.stage("staff", demo.staff, hire, unit="people")
    progress.stage(
        "customer groups", list(_GROUPS.items()), lambda row: customers.ensure_group(row[0], name=row[1]), unit="groups"
    )
    batches = [demo.customers[first : first + PER_BATCH] for first in range(0, len(demo.customers), PER_BATCH)]
    progress.stage("customers", batches, take_over, unit="batches", every=1)


def _account(demo: DemoShop, person: Customer, locale: str, password: Password) -> ImportedCustomer:
    addresses = [
        ImportedAddress(
            id=Seed(demo.seed).id("address", f"{person.email}:{place}"),
            external_id=external("demo", "address", f"{person.email}:{place}"),
            postal=postal(address),
            country=address.country,
            default_shipping=place == 0,
            default_billing=place == 0,
            created_at=person.registered_at,
        )
        for place, address in enumerate(person.addresses)
    ]
    return ImportedCustomer(
        id=person.id,
        external_id=external("demo", "customer", person.email),
        channel_group=person.channel,
        channel=person.channel,
        email=person.email,
        name=f"{person.first_name} {person.last_name}",
        locale=locale,
        group=person.group,
        password=password,
        created_at=person.registered_at,
        addresses=addresses,
    )


def postal(address: Address) -> dict[str, str]:
    """An address without its country, as the address book keeps it."""
    return {
        "name": f"{address.first_name} {address.last_name}",
        "street": address.street,
        "city": address.city,
        "postcode": address.postcode,
        "company": address.company,
    }
