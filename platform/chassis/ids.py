"""Identity of rows: UUIDv7 for what is born here, UUIDv5 for what was called something else elsewhere.

Never used for secrets: an id is guessable to whoever knows when a row was made.
"""

from __future__ import annotations

import uuid

import uuid6

# Fixed for ever: every migrated row's id depends on it.
MIGRATED = uuid.UUID("6a1f3c0e-5b8d-5e27-9c44-2d7e0b9f61a3")


def new_id() -> uuid.UUID:
    """A new UUIDv7: unique, and rising with the time of its making within one process."""
    # The library answers a subclass; drivers and encoders that look at the exact type need the plain class.
    return uuid.UUID(int=uuid6.uuid7().int)


def migrated_id(source: str, entity: str, old_id: str | int) -> uuid.UUID:
    """The UUIDv5 of `entity` number `old_id` in the system `source`: every domain computes the same one unasked."""
    # The separator cannot occur in a name, so that ("a", "b/c") and ("a/b", "c") never meet.
    return uuid.uuid5(MIGRATED, "\x1f".join((source, entity, str(old_id))))
