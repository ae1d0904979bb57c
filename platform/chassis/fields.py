"""Model fields for personal data: text and JSON encrypted at rest, and keyed hashes to find them by.

    email = EncryptedTextField()
    email_hash = KeyedHashField(source="email", unique=True)
    Customer.objects.filter(email_hash=keyed_hash("Ann@example.org"))

A ciphertext differs every time, so an encrypted column can be neither searched, sorted nor unique; a lookup is an
error here rather than an empty result. Never fill one by an SQL expression (F, Concat): that stores plain text.
The keys are `chassis.keyring`'s.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.expressions import Col

from chassis.keyring import Undecipherable, keyed_hash, ring

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
    _CharField = models.CharField[str, str]
else:
    _TextField, _CharField = models.TextField, models.CharField

__all__ = ["EncryptedJSONField", "EncryptedTextField", "KeyedHashField", "Undecipherable", "keyed_hash"]


class EncryptedTextField(_TextField):
    """Text that the database sees only as `kid$ciphertext` (AES-256-GCM). NULL stays NULL."""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up by its keyed hash, not by {lookup_name}.")
        return super().get_lookup(lookup_name)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, Col):
            raise FieldError(f"{self.name} is encrypted: assign a value, not another column.")
        # bulk_update wraps its values in a CASE; they come back here one by one.
        if hasattr(value, "as_sql"):
            return value
        return None if value is None else ring().encrypt(self.dump(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """What was stored; raises Undecipherable when no key opens it."""
        return None if value is None else self.load(ring().decrypt(value))

    def dump(self, value: Any) -> str:
        """The text to encrypt."""
        return str(value)

    def load(self, text: str) -> Any:
        """The value of a decrypted text."""
        return text


class EncryptedJSONField(EncryptedTextField):
    """A JSON value, encrypted as a whole: an address, a list of contacts."""

    def dump(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False)

    def load(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return self.dump(self.value_from_object(obj))


class KeyedHashField(_CharField):
    """64 hex digits of `keyed_hash`. With `source`, filled from that attribute whenever the row is saved.

    `QuerySet.update` passes by it: set both columns there. None in the source is NULL here, so that a unique
    column takes several rows without a value.
    """

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.update(max_length=64, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["editable"]
        if self.source:
            kwargs["source"] = self.source
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.source:
            value = getattr(model_instance, self.source)
            setattr(model_instance, self.attname, None if value is None else keyed_hash(value))
        return super().pre_save(model_instance, add)
