"""Loads staff and customers with their addresses."""

from contextlib import suppress

from chassis import clock
from config.demo.progress import Progress
from config.demo.shapes import Address, Customer, DemoShop, StaffMember
from identity.customer import commands as customers
from identity.customer.errors import EmailTaken
from identity.customer.queries import by_email
from identity.user import commands as staff
from identity.user.errors import StaffExists

ROLES = {
    "administrator": "administrator",
    "catalogue_editor": "merchandiser",
    "order_desk": "support",
    "warehouse": "fulfilment",
}
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

    def register(person: Customer) -> None:
        with clock.travel(person.registered_at):
            # A load that was broken off may have come as far, with addresses missing.
            with suppress(EmailTaken):
                customers.register_customer(
                    customers.RegisterCustomer(
                        channel_group=person.channel,
                        channel=person.channel,
                        email=person.email,
                        name=f"{person.first_name} {person.last_name}",
                        locale=locales[person.view],
                        password=demo.password,
                        group=person.group,
                    )
                )
            _write_addresses(person)

    progress.stage("staff", demo.staff, hire, unit="people")
    progress.stage(
        "customer groups", list(_GROUPS.items()), lambda row: customers.ensure_group(row[0], name=row[1]), unit="groups"
    )
    progress.stage("customers", demo.customers, register)


def _write_addresses(person: Customer) -> None:
    known = by_email(person.channel, person.email)
    if known is None:
        raise RuntimeError(f"{person.email} was registered and is not found.")
    there = known.addresses.count()
    for place, address in enumerate(person.addresses[there:], there):
        customers.add_address(
            customers.AddAddress(
                customer=known.id,
                postal=postal(address),
                country=address.country,
                default_shipping=place == 0,
                default_billing=place == 0,
            )
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
