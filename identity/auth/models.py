"""Sessions, refresh tokens, signing keys and counted attempts. No token and no password is stored readable."""

from django.db import models

from chassis.fields import EncryptedJSONField
from chassis.ids import new_id

__all__ = ["Attempt", "RefreshToken", "SignIn", "SigningKey"]


class SigningKey(models.Model):
    """A private key. Published from the start, signs from `signs_from` until the next one does."""

    id = models.TextField(primary_key=True)
    private = EncryptedJSONField(editable=False)
    created_at = models.DateTimeField()
    signs_from = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "identity"

    def __str__(self) -> str:
        return str(self.id)


class SignIn(models.Model):
    """One sign-in and all that was refreshed from it: the family that is revoked as a whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField(help_text="customer or staff")
    principal = models.UUIDField()
    channel_group = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="not to be refreshed after it, however much in use")
    revoked_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", blank=True)

    class Meta:
        app_label = "identity"
        indexes = [
            models.Index(
                fields=["kind", "principal"],
                condition=models.Q(revoked_at__isnull=True),
                name="identity_signin_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.started_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """A token of a family, by its hash. Used once; `salt` makes its successor (see sessions)."""

    hash = models.CharField(primary_key=True, max_length=64)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="tokens")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    salt = models.TextField(default="")

    class Meta:
        app_label = "identity"


class Attempt(models.Model):
    """Sign-ins tried for one name since the last that succeeded, whether or not an account has that name."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.IntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "identity"
