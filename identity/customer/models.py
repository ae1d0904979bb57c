"""Customers, addresses and groups; personal columns are encrypted, found by keyed hash."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from chassis import clock
from chassis.fields import EncryptedJSONField, EncryptedTextField, KeyedHashField
from chassis.ids import new_id
from chassis.records import Recorded
from identity.customer import states
from identity.customer.errors import IllegalTransition

__all__ = ["Address", "ChannelCopy", "Customer", "CustomerGroup", "ViewCopy"]

GENERAL = "general"


class CustomerGroup(Recorded):
    """Chooses prices and promotions; `general` is everybody's unless staff says otherwise."""

    code = models.TextField(primary_key=True)
    name = models.TextField()

    class Meta:
        app_label = "identity"

    def __str__(self) -> str:
        return str(self.name)


class Customer(Recorded):
    """An account, unique per (channel group, e-mail). `version` rises with each edit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel_group = models.TextField()
    channel = models.TextField(default="", blank=True, help_text="where it was registered")
    email = EncryptedTextField()
    email_hash = KeyedHashField(source="email")
    name = EncryptedTextField()
    details = EncryptedJSONField(
        null=True, blank=True, editable=False, help_text="what an old shop knew besides: parts of the name, birth date…"
    )
    locale = models.TextField(default="", blank=True)
    group = models.ForeignKey(CustomerGroup, on_delete=models.PROTECT, default=GENERAL, db_column="group_code")
    password = models.TextField(null=True, blank=True, editable=False, help_text="NULL: to be set by e-mail first")
    state = models.TextField(default=states.ACTIVE)
    locked_until = models.DateTimeField(null=True, blank=True, editable=False, help_text="no sign-in before it")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "identity"
        constraints = [
            models.UniqueConstraint(fields=["channel_group", "email_hash"], name="identity_customer_email"),
        ]

    def __str__(self) -> str:
        return str(self.email)

    @property
    def may_go_on(self) -> bool:
        """Whether open sessions stay open: a lock keeps new ones from beginning only."""
        return self.state == states.ACTIVE

    @property
    def may_sign_in(self) -> bool:
        locked = self.locked_until is not None and self.locked_until > clock.now()
        return self.may_go_on and not locked

    def move(self, action: str) -> None:
        """The only writer of `state`; IllegalTransition when it does not allow `action`."""
        following = states.TRANSITIONS[self.state].get(action)
        if following is None:
            raise IllegalTransition(f"{action} is not possible while {self.state}.")
        self.state = following
        self.version += 1

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "email" in update_fields:
            update_fields = {*update_fields, "email_hash"}
        super().save(*args, update_fields=update_fields, **kwargs)


class Address(models.Model):
    """An entry of the address book. An order keeps a copy of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    postal = EncryptedJSONField(help_text="name, street, city, postcode, region, company, phone")
    country = models.CharField(max_length=2)
    details = EncryptedJSONField(null=True, blank=True, editable=False, help_text="what an old shop knew besides")
    default_shipping = models.BooleanField(default=False)
    default_billing = models.BooleanField(default=False)
    external_id = models.TextField(null=True, blank=True, unique=True, editable=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "identity"
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(default_shipping=True), name="identity_address_shipping"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(default_billing=True), name="identity_address_billing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.postal.get('city', '')}, {self.country}"


class ChannelCopy(models.Model):
    """A channel as catalog says it is; `channel_group` is ours: channels of one group share their customers."""

    code = models.TextField(primary_key=True)
    name = models.TextField(default="")
    active = models.BooleanField(default=True)
    channel_group = models.TextField(default="", blank=True, help_text="empty: the channel is a group of its own")
    group_version = models.BigIntegerField(default=0, db_default=0, editable=False)
    known_version = models.BigIntegerField(default=0)

    class Meta:
        app_label = "identity"
        verbose_name, verbose_name_plural = "channel", "channels"

    def __str__(self) -> str:
        return str(self.code)


class ViewCopy(models.Model):
    """A store view as catalog says it is."""

    code = models.TextField(primary_key=True)
    channel = models.TextField()
    locale = models.TextField()
    active = models.BooleanField(default=True)
    known_version = models.BigIntegerField(default=0)

    class Meta:
        app_label = "identity"
        verbose_name, verbose_name_plural = "view", "views"

    def __str__(self) -> str:
        return str(self.code)
