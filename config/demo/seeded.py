"""Where ids and chance come from: each thing has dice of its own, so that adding one changes no other."""

from dataclasses import dataclass
from random import Random
from uuid import NAMESPACE_DNS, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_DNS, "moor-mantel.example")


@dataclass(frozen=True)
class Seed:
    """The one number that everything in a demo shop follows from."""

    number: int

    def id(self, entity: str, key: str) -> UUID:
        """The same id for the same seed, entity and key, on every machine."""
        return uuid5(_NAMESPACE, f"{self.number}:{entity}:{key}")

    def dice(self, *key: str) -> Random:
        """A random generator that depends on the seed and the key alone."""
        return Random(":".join((str(self.number), *key)))
