"""What changes staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from chassis import clock
from chassis.access.principal import Kind
from chassis.admin.history import record_history
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from identity.auth import credentials, sessions
from identity.user.errors import StaffExists, UnknownRole
from identity.user.models import Role, StaffMember
from identity.user.roles import ROLES


@dataclass(frozen=True, kw_only=True)
class CreateStaff:
    """`roles` are names; the ones of `roles.ROLES` are made when first used."""

    email: str
    password: str
    roles: Sequence[str]
    name: str = ""


def create_staff(command: CreateStaff) -> UUID:
    """Make a staff account and return its id. Raises StaffExists, UnknownRole, PasswordTooWeak."""
    credentials.demand_strength(command.password, email=command.email)
    hashed = credentials.hash_password(command.password)
    with unit_of_work("identity"):
        roles = [_role(name) for name in dict.fromkeys(command.roles)]
        member = StaffMember(
            id=new_id(),
            email=command.email.strip(),
            name=command.name.strip() or command.email.partition("@")[0],
            password=hashed,
            created_at=clock.now(),
        )
        try:
            with transaction.atomic(using="identity"):
                member.save(force_insert=True)
        except IntegrityError:
            raise StaffExists() from None
        member.roles.set(roles)
        record_history("staffmember", aggregate_id=member.id, action="create", after={"roles": list(command.roles)})
    return member.id


def suspend_staff(staff_id: UUID) -> None:
    """Keep a staff member out and end open sessions. Raises IllegalTransition."""
    with unit_of_work("identity"):
        member = _locked(staff_id)
        member.move("suspend")
        member.save(update_fields=["state", "version"])
        sessions.end_all(Kind.STAFF, member.id, reason="suspended")


def reinstate_staff(staff_id: UUID) -> None:
    """Let a staff member in again. Raises IllegalTransition."""
    with unit_of_work("identity"):
        member = _locked(staff_id)
        member.move("reinstate")
        member.save(update_fields=["state", "version"])


def set_staff_password(staff_id: UUID, password: str) -> None:
    """Give a new password; every session of that member ends. Raises PasswordTooWeak."""
    credentials.demand_strength(password)
    hashed = credentials.hash_password(password)
    with unit_of_work("identity"):
        member = _locked(staff_id)
        member.password = hashed
        member.version += 1
        member.save(update_fields=["password", "version"])
        sessions.end_all(Kind.STAFF, member.id, reason="password set")


def _locked(staff_id: UUID) -> StaffMember:
    member = StaffMember.objects.select_for_update().filter(id=staff_id).first()
    if member is None:
        raise NotFound()
    return member


def _role(name: str) -> Role:
    if name in ROLES:
        Role.objects.bulk_create([Role(name=name, grants=list(ROLES[name]))], ignore_conflicts=True)
    role = Role.objects.filter(name=name).first()
    if role is None:
        raise UnknownRole(name)
    return role
