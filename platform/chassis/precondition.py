"""What a caller knows of the aggregate that it edits, as commands take it; `web/etag.py` reads it from a request.

A command checks it after it has locked the row: checked any earlier, two edits could both pass.
"""

from dataclasses import dataclass

from chassis.errors import StaleVersion


def etag_of(version: int, *variant: str) -> str:
    """The strong ETag of an aggregate's version; `variant` tells representations apart (view, currency)."""
    return '"' + ".".join((f"v{version}", *variant)) + '"'


@dataclass(frozen=True)
class Precondition:
    """What If-Match demands: None nothing, an empty set never matches, "*" any version."""

    tags: frozenset[str] | None = None

    def check(self, version: int, *variant: str) -> None:
        """Raise StaleVersion unless `version` is one of those the caller knows. Call it under the row's lock."""
        if self.tags is None or "*" in self.tags:
            return
        tag = etag_of(version, *variant)
        if tag not in self.tags:
            raise StaleVersion(headers={"ETag": tag}, current=tag)


NO_PRECONDITION = Precondition()
