"""Invoices, credit notes, and who issues them. A document holds all that is printed on it: it needs no other row."""

from typing import Any

from django.db import connections, models
from django.db.migrations import RunSQL

from chassis.fields import EncryptedJSONField
from chassis.ids import new_id
from chassis.records import Recorded
from commerce.document.errors import DocumentIssued
from commerce.order.models import Order

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
KINDS = (INVOICE, CREDIT_NOTE)
PREFIXES = {INVOICE: "INV", CREDIT_NOTE: "CN"}


class Seller(Recorded):
    """Who sells in a channel, as it stands on documents that are issued from now on."""

    channel = models.TextField(primary_key=True)
    name = models.TextField()
    street = models.TextField(blank=True, default="")
    postcode = models.TextField(blank=True, default="")
    city = models.TextField(blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="", help_text="ISO 3166-1 alpha-2")
    vat_number = models.TextField(blank=True, default="")
    footer = models.TextField(blank=True, default="", help_text="register, bank account: below every page")
    version = models.BigIntegerField(default=1)

    class Meta:
        app_label = "commerce"

    def __str__(self) -> str:
        return f"{self.channel}: {self.name}"


class DocumentSequence(models.Model):
    """The next number of a channel's invoices or credit notes."""

    channel = models.TextField()
    kind = models.TextField()
    prefix = models.TextField()
    next = models.BigIntegerField()

    class Meta:
        app_label = "commerce"
        constraints = [models.UniqueConstraint(fields=["channel", "kind"], name="commerce_documentsequence_of")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.kind}"

    @staticmethod
    def take(channel: str, *, kind: str) -> str:
        """The next number, without gaps: others wait until the transaction ends, and one that fails keeps none."""
        with connections["commerce"].cursor() as cursor:
            cursor.execute(
                """INSERT INTO commerce_documentsequence (channel, kind, prefix, next)
                   VALUES (%s, %s, upper(%s), 100002)
                   ON CONFLICT (channel, kind) DO UPDATE SET next = commerce_documentsequence.next + 1
                   RETURNING prefix, next - 1""",
                [channel, kind, f"{channel}-{PREFIXES[kind]}-"],
            )
            prefix, number = cursor.fetchone()
        return f"{prefix}{number}"


class Document(models.Model):
    """An invoice or a credit note as it was issued. Amounts are totals at the currency's exponent, tax included."""

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="documents")
    kind = models.TextField()
    number = models.TextField(help_text="unique among our own")
    cause = models.UUIDField(help_text="the order, the payment or the refund that it is for: one document of each")
    corrects = models.JSONField(default=list, help_text="numbers of the invoices that a credit note is about")
    locale = models.TextField()
    currency = models.CharField(max_length=3)
    seller = models.JSONField()
    buyer = EncryptedJSONField()
    lines = models.JSONField(default=list, help_text="empty where money went back for no line in particular")
    subtotal = models.DecimalField(max_digits=20, decimal_places=6)
    shipping = models.DecimalField(max_digits=20, decimal_places=6)
    taxes = models.JSONField(default=list, help_text="[{code, percent, amount}]")
    tax = models.DecimalField(max_digits=20, decimal_places=6)
    total = models.DecimalField(max_digits=20, decimal_places=6)
    base_total = models.DecimalField(max_digits=20, decimal_places=6, null=True, help_text="of an older shop's")
    historical = models.BooleanField(default=False, db_default=False, help_text="issued by an older shop")
    external_id = models.TextField(blank=True, default="", db_default="")
    note = models.TextField(blank=True, default="", help_text="why no tax is due")
    ordered_on = models.DateField()
    dated = models.DateField(help_text="the day of issue where it is sold")
    issued_at = models.DateTimeField()

    class Meta:
        app_label = "commerce"
        indexes = [models.Index(fields=["-issued_at"], name="commerce_document_issued")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "cause"], name="commerce_document_once"),
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(historical=False), name="commerce_document_number_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="commerce_document_kind"),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise DocumentIssued()
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise DocumentIssued()


def unchangeable_but_historical(table: str) -> RunSQL:
    """The same but for documents of an older shop: those are made anew while it still goes on."""
    name = f"{table}_is_kept"
    made = f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
    return RunSQL(
        f"DROP TRIGGER {name} ON {table}; {made} WHEN (NOT OLD.historical) EXECUTE FUNCTION {name}();",
        f"DROP TRIGGER {name} ON {table}; {made} EXECUTE FUNCTION {name}();",
    )


def unchangeable(table: str) -> RunSQL:
    """For the migration that makes the table: the database itself refuses to change or remove its rows."""
    name = f"{table}_is_kept"
    return RunSQL(
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'a document that was issued is never changed or removed'; END $$;
            CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();""",
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
