"""Bringing a release's roles to an installation that has them already: those that staff did not change."""

from django.db import connections

from chassis.admin.history import record_history
from chassis.unit_of_work import unit_of_work
from identity.user.models import Role
from identity.user.roles import ROLES

SHIPPED = 1
"""The version of a role that no staff member has ever saved."""


def ship_roles() -> list[str]:
    """Give them the grants of this release; a line for each role that was changed or left alone."""
    with unit_of_work("identity"):
        with connections["identity"].cursor() as cursor:
            # Migrating back to nothing ends here too, without the table.
            cursor.execute("SELECT to_regclass('identity_role')")
            if cursor.fetchone() == (None,):
                return []
        known = Role.objects.select_for_update().filter(name__in=ROLES).order_by("name")
        return [line for role in known if (line := _ship(role))]


def _ship(role: Role) -> str:
    grants = list(ROLES[role.name])
    if role.grants == grants:
        return ""
    if role.version != SHIPPED:
        return f"Role {role.name}: left as staff made it; this release ships {', '.join(grants)}."
    before, role.grants = role.grants, grants
    role.save(update_fields=["grants"])
    record_history("role", aggregate_id=role.id, action="ship", before={"grants": before}, after={"grants": grants})
    return f"Role {role.name}: has the grants of this release."
