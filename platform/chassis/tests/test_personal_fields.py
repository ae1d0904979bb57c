"""Personal data: unreadable in the database, found by its hash, readable after a rotation."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import IntegrityError, connections, models, transaction
from django.test.utils import isolate_apps

from chassis import keyring
from chassis.fields import EncryptedJSONField, EncryptedTextField, KeyedHashField, Undecipherable, keyed_hash

pytestmark = pytest.mark.django_db(databases=["commerce"])
OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def people() -> Iterator[Any]:
    with isolate_apps("commerce"):

        class Person(models.Model):
            email = EncryptedTextField(null=True)
            email_hash = KeyedHashField(source="email", null=True, unique=True)
            address = EncryptedJSONField(default=dict)

            class Meta:
                app_label = "commerce"

        with connections["commerce"].schema_editor() as editor:
            editor.create_model(Person)
        yield Person._default_manager.using("commerce")


def raw(column: str) -> list[Any]:
    with connections["commerce"].cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM commerce_person ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_the_database_never_sees_the_text(people: Any) -> None:
    made = people.create(email="Ann@Example.org", address={"city": "Đà Nẵng", "lines": ["1 Main St"]})
    people.filter(pk=made.pk).update(address={"city": "Huế"})
    made.email = "bob@example.org"
    people.bulk_update([made], ["email"])
    stored = "".join(raw("email") + raw("address"))
    assert not any(text in stored for text in ("Ann@", "bob@", "example", '"city', "Huế", "1 Main"))
    found = people.get()
    assert (found.email, found.address) == ("bob@example.org", {"city": "Huế"})


def test_one_text_has_many_ciphertexts(people: Any) -> None:
    people.create(email="a@b.de")
    people.update(email_hash=None)
    people.create(email="a@b.de")
    first, second = raw("email")
    assert first != second


def test_a_person_is_found_and_unique_by_the_keyed_hash(people: Any) -> None:
    people.create(email="Ann@Example.org")
    assert people.get(email_hash=keyed_hash(" ann@example.ORG")).email == "Ann@Example.org"
    with pytest.raises(IntegrityError), transaction.atomic(using="commerce"):
        people.create(email="ANN@example.org")
    people.create(email=None)
    people.create(email=None)
    assert people.filter(email__isnull=True, email_hash=None).count() == 2


def test_looking_up_a_ciphertext_is_an_error_and_no_empty_result(people: Any) -> None:
    for lookup in ("email", "email__contains", "email__in", "address__city"):
        with pytest.raises(FieldError):
            list(people.filter(**{lookup: ["a@b.de"] if lookup.endswith("in") else "a@b.de"}))


def test_another_column_is_never_copied_into_an_encrypted_one(people: Any) -> None:
    people.create(email="a@b.de")
    with pytest.raises(FieldError):
        people.update(email=models.F("email_hash"))


def test_a_rotated_ring_reads_the_old_and_writes_the_new(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyring.VARIABLE, OLD)
    people.create(email="a@b.de")
    before = keyed_hash("a@b.de")
    monkeypatch.setenv(keyring.VARIABLE, f"{NEW},{OLD}")
    found = people.get(email_hash=before)
    assert found.email == "a@b.de" and keyed_hash("a@b.de") == before
    found.save()
    assert raw("email")[0].startswith("new$")
    # Dropping the old cipher key needs the hash key under its own name.
    monkeypatch.setenv(keyring.VARIABLE, f"{NEW},hash:{OLD.partition(':')[2]}")
    assert people.get(email_hash=before).email == "a@b.de"


def test_a_lost_key_or_a_changed_byte_is_never_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = keyring.parse(OLD).encrypt("a@b.de")
    changed = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    with pytest.raises(Undecipherable):
        keyring.parse(NEW).decrypt(sealed)
    for damaged in (changed, sealed[:-4], "old$", "old$!!", "a@b.de", ""):
        with pytest.raises(Undecipherable):
            keyring.parse(OLD).decrypt(damaged)


@pytest.mark.parametrize("ring", ["", "a", "a:", "a:c2hvcnQ=", f"{OLD},{OLD}", f"a$b:{OLD[4:]}", f"hash:{OLD[4:]}"])
def test_a_wrong_ring_is_one_sentence_without_a_key(ring: str) -> None:
    with pytest.raises(ImproperlyConfigured) as raised:
        keyring.parse(ring)
    assert OLD[4:] not in str(raised.value) and "c2hvcnQ" not in str(raised.value)


def test_the_hash_depends_on_the_key_and_folds_only_when_asked() -> None:
    assert keyring.parse(OLD).hash_key != keyring.parse(NEW).hash_key != b"n" * 32
    assert keyed_hash("STRASSE") == keyed_hash("straße") != keyed_hash("strase")
    assert keyed_hash("A", fold=False) != keyed_hash("a", fold=False)
