"""Who changed what: a row in the aggregate's own transaction, in the aggregate's own database.

A domain makes it concrete once (its models.py):

    class History(HistoryEntry):
        class Meta(HistoryEntry.Meta):
            app_label = "commerce"

Rows are only ever added. Values of encrypted columns never get in: that they changed is kept, not what they were.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import models
from django.db.migrations import RunSQL

from chassis import clock, domains
from chassis.context import current
from chassis.fields import EncryptedTextField, KeyedHashField
from chassis.ids import new_id
from chassis.unit_of_work import NoUnitOfWork, open_domain

MASK = "•••"


class AppendOnly(TypeError):
    """History is added to, never changed or removed."""


class HistoryEntry(models.Model):
    """One change of one aggregate: by whom, what it was before and after (changed fields only)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    aggregate_type = models.TextField()
    aggregate_id = models.TextField()
    actor = models.TextField(help_text="staff:<id>, customer:<id>, or empty for the system itself")
    action = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    correlation = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        verbose_name_plural = "history"
        indexes = [
            models.Index(fields=["aggregate_type", "aggregate_id", "at"], name="%(app_label)s_history_of"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor or 'the system'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("a history entry cannot be changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("a history entry cannot be removed")


def kept(table: str) -> RunSQL:
    """For the migration that makes a history table: the database itself refuses to change or remove its rows."""
    name = f"{table}_is_kept"
    return RunSQL(
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'history is added to, never changed or removed'; END $$;
            CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();""",
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


class NoHistory(LookupError):
    """The domain has not made HistoryEntry concrete."""


def history_of(label: str) -> type[HistoryEntry]:
    """The concrete history table of a domain; NoHistory when it has none."""
    for model in apps.get_app_config(label).get_models():
        if issubclass(model, HistoryEntry):
            return model
    raise NoHistory(f"{label} has no history table: subclass chassis.admin.history.HistoryEntry in its models")


def record_history(
    aggregate_type: str,
    *,
    aggregate_id: UUID | str,
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: str = "",
) -> None:
    """Add an entry in the open unit of work; `actor` is the context's unless given. NoUnitOfWork outside one."""
    label = open_domain()
    if not label:
        raise NoUnitOfWork(f"history of {aggregate_type} {aggregate_id} outside a unit of work")
    entry = history_of(label)(
        aggregate_type=aggregate_type,
        aggregate_id=str(aggregate_id),
        actor=actor or current().actor,
        action=action,
        before=_plain(before or {}),
        after=_plain(after or {}),
        correlation=current().correlation,
        at=clock.now(),
    )
    entry.save(using=domains.get(label).alias)


def values_of(obj: models.Model) -> dict[str, Any]:
    """An object's own columns, as `differences` compares them; keyed hashes are left out."""
    fields = obj._meta.concrete_fields
    return {f.attname: f.value_from_object(obj) for f in fields if not isinstance(f, KeyedHashField)}


def differences(
    model: type[models.Model], before: Mapping[str, Any], after: Mapping[str, Any], *, secret: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of the fields that differ; encrypted and `secret` ones are masked."""
    masked = {f.attname for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)} | set(secret)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]

    def shown(values: Mapping[str, Any]) -> dict[str, Any]:
        return {n: MASK if n in masked and values[n] else values[n] for n in changed if n in values}

    return shown(before), shown(after)


def _plain(values: Mapping[str, Any]) -> Any:
    """As JSON types; whatever JSON does not know becomes text (files, prices, moments)."""
    return msgspec.to_builtins(dict(values), enc_hook=str, str_keys=True)
