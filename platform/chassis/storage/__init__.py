"""The storage of media as STORAGE_URL chooses it: Django's, but handlers and open transactions do not wait for it.

`disk.py` and `bucket.py` are apart: who keeps files on disk needs no client of S3. Which one it is says `media.py`.
"""

from typing import Any

from chassis.outside import calling_out


class NotWhileHandling:
    """Mixin before a storage: refuses to open, save and delete files in handlers and units of work."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        calling_out("the storage")
        return super()._open(name, mode)  # type: ignore[misc]

    def _save(self, name: str, content: Any) -> str:
        calling_out("the storage")
        return str(super()._save(name, content))  # type: ignore[misc]

    def delete(self, name: str) -> None:
        calling_out("the storage")
        super().delete(name)  # type: ignore[misc]
