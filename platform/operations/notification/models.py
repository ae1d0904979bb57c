"""Messages, and what is known of the people behind orders."""

from django.db import models

from chassis import clock
from chassis.fields import EncryptedTextField, KeyedHashField
from chassis.ids import new_id
from chassis.records import Recorded
from operations.notification.errors import IllegalMessageTransition
from operations.notification.states import MESSAGE


class Message(Recorded):
    """One text to one person about one fact (`about`: the order, shipment, refund, return or customer).

    Unique per (template, about, recipient): neither a repeated event nor a second event of the same fact writes
    another. `dispatch` counts how often it was asked to go out; staff's resend is the only thing that raises it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.TextField()
    about = models.UUIDField()
    event = models.UUIDField(help_text="id of the event that it answers")
    channel = models.TextField(blank=True, default="")
    locale = models.CharField(max_length=10)
    recipient = EncryptedTextField()
    recipient_hash = KeyedHashField(source="recipient")
    subject = models.TextField()
    text = EncryptedTextField()
    html = EncryptedTextField()
    secret = EncryptedTextField(
        blank=True, default="", db_default="", help_text="stands in the mail in place of its mask; staff see the mask"
    )
    state = models.TextField(default="queued")
    dispatch = models.IntegerField(default=1)
    failure = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(fields=["template", "about", "recipient_hash"], name="platform_message_once"),
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="platform_message_recent")]

    def __str__(self) -> str:
        return self.subject

    def written(self, text: str) -> str:
        """A text of it as its reader gets it."""
        return text.replace(masked(self.secret), self.secret) if self.secret else text

    def transition(self, name: str) -> None:
        """Move to the state that `name` leads to; IllegalMessageTransition where it leads nowhere."""
        try:
            self.state = MESSAGE[self.state][name]
        except KeyError:
            raise IllegalMessageTransition(f"{name} is not possible while {self.state}") from None


def masked(secret: str) -> str:
    """A secret as others may see it: all but its last four letters covered."""
    covered = "".join("•" if letter.isalnum() else letter for letter in secret[:-4])
    return covered + secret[-4:]


class OrderContact(models.Model):
    """Who ordered, in which language, and what the lines are called: a copy fed by order_placed."""

    order = models.UUIDField(primary_key=True)
    number = models.TextField()
    channel = models.TextField()
    locale = models.TextField()
    email = EncryptedTextField()
    name = EncryptedTextField(blank=True, default="")
    names = models.JSONField(default=dict, help_text="SKU -> name as sold")
    version = models.IntegerField()

    class Meta:
        app_label = "platform"

    def __str__(self) -> str:
        return self.number
