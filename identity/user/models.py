"""Staff and their roles; a role is a list of grants over domains, nothing else."""

from django.db import models

from chassis.fields import EncryptedTextField, KeyedHashField
from chassis.ids import new_id
from chassis.records import Recorded
from identity.user import states
from identity.user.errors import IllegalTransition

__all__ = ["Role", "StaffMember"]


class Role(Recorded):
    """A named list of grants: "*", "commerce.*", "commerce.order.view", "*.*.view"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)
    grants = models.JSONField(default=list)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "identity"
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.name)


class StaffMember(Recorded):
    """Somebody who works here. Never a customer: the two share neither table nor schema."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = EncryptedTextField()
    email_hash = KeyedHashField(source="email", unique=True)
    name = EncryptedTextField()
    password = models.TextField(editable=False)
    state = models.TextField(default=states.ACTIVE)
    roles = models.ManyToManyField(Role, blank=True, related_name="members")
    last_signed_in_at = models.DateTimeField(null=True, editable=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        app_label = "identity"
        verbose_name, verbose_name_plural = "staff member", "staff"

    def __str__(self) -> str:
        return str(self.name)

    @property
    def may_sign_in(self) -> bool:
        return self.state == states.ACTIVE

    @property
    def grants(self) -> frozenset[str]:
        """The grants of all roles together."""
        return frozenset(str(grant) for role in self.roles.all() for grant in role.grants)

    def move(self, action: str) -> None:
        """The only writer of `state`; IllegalTransition when it does not allow `action`."""
        following = states.TRANSITIONS[self.state].get(action)
        if following is None:
            raise IllegalTransition(f"{action} is not possible while {self.state}.")
        self.state = following
        self.version += 1
