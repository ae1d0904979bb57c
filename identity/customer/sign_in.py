"""A customer's sign-in: one answer, and one amount of work, for every reason to refuse."""

from uuid import UUID

from chassis.access.principal import Kind
from chassis.unit_of_work import unit_of_work
from identity.auth import attempts, credentials, sessions
from identity.auth.errors import WrongCredentials
from identity.auth.sessions import Tokens
from identity.customer import queries
from identity.customer.models import Customer


def sign_in(*, channel_group: str, email: str, password: str) -> Tokens:
    """Begin a session. Raises WrongCredentials and TooManyAttempts, the same for accounts that do not exist.

    A hash that came from Magento is replaced by a native one in the transaction that begins the session.
    """
    key = attempts.key_of(Kind.CUSTOMER, channel_group, email)
    attempts.count(key)
    while True:
        customer = queries.by_email(channel_group, email)
        stored = customer.password if customer is not None and customer.may_sign_in else None
        checked = credentials.check(password, stored)
        if customer is None or stored is None or not checked.right:
            raise WrongCredentials()
        tokens = _begin(customer.id, key, stored, checked.replacement)
        if tokens is not None:
            return tokens
        # Its hash was upgraded by a sign-in beside this one, or the password changed: look again.


def _begin(customer_id: UUID, key: str, stored: str, replacement: str) -> Tokens | None:
    with unit_of_work("identity"):
        customer = Customer.objects.select_for_update().get(id=customer_id)
        if customer.password != stored or not customer.may_sign_in:
            return None
        if replacement:
            customer.password = replacement
            customer.save(update_fields=["password"])
        attempts.forget(key)
        return sessions.begin(queries.principal_for(customer))
