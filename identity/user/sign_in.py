"""A staff member's sign-in: the same care as a customer's, another population, another audience."""

from uuid import UUID

from chassis import clock
from chassis.access.principal import Kind, Principal
from chassis.fields import keyed_hash
from chassis.unit_of_work import unit_of_work
from identity.auth import attempts, credentials, sessions
from identity.auth.errors import WrongCredentials
from identity.auth.sessions import Tokens
from identity.user.models import StaffMember


def sign_in(*, email: str, password: str) -> Tokens:
    """Begin a staff session. Raises WrongCredentials and TooManyAttempts."""
    key = attempts.key_of(Kind.STAFF, "", email)
    attempts.count(key)
    member = StaffMember.objects.filter(email_hash=keyed_hash(email)).first()
    stored = member.password if member is not None and member.may_sign_in else None
    checked = credentials.check(password, stored)
    if member is None or stored is None or not checked.right:
        raise WrongCredentials()
    with unit_of_work("identity"):
        member = StaffMember.objects.select_for_update().get(id=member.id)
        if member.password != stored or not member.may_sign_in:
            raise WrongCredentials()
        member.last_signed_in_at = clock.now()
        if checked.replacement:
            member.password = checked.replacement
        member.save(update_fields=["last_signed_in_at", "password"])
        attempts.forget(key)
        return sessions.begin(principal_for(member))


def principal_for(member: StaffMember) -> Principal:
    """What a staff token says."""
    return Principal(kind=Kind.STAFF, id=str(member.id), name=member.name, permissions=member.grants)


def load_principal(staff_id: UUID) -> Principal | None:
    """The principal with its present grants, None for who may not go on."""
    member = StaffMember.objects.filter(id=staff_id).first()
    return principal_for(member) if member is not None and member.may_sign_in else None
