"""The table of idempotency keys. Apart from `idempotency.py`, since workers load tables and no web framework."""

from django.apps import apps
from django.db import models


class IdempotencyKey(models.Model):
    """One key with the answer given. Concrete in each domain that has mutating calls."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="of principal, route and key")
    principal = models.TextField()
    route = models.TextField(help_text="method and path")
    body_hash = models.CharField(max_length=64)
    owner = models.UUIDField(help_text="the call that may write the answer")
    done = models.BooleanField(default=False)
    withheld = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")  # encrypted: answers show carts, profiles and addresses
    locked_until = models.DateTimeField(help_text="after it, a running call counts as lost")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True


def table_of(label: str) -> type[IdempotencyKey]:
    """The domain's keys; LookupError if it has no mutating calls."""
    table: type[IdempotencyKey] = apps.get_model(label, "IdempotencyKey")  # type: ignore[assignment]
    return table
