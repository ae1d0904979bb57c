"""Files of a downloadable product as their writers say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

# The option with this code sells a product's files singly: its choices are codes of files, and who buys gets those.
FILES = "files"


@dataclass(frozen=True, kw_only=True)
class FileInput:
    """A file of the storage under `private/`. A sample is free for all; else downloads and days are limited if said."""

    code: str
    path: str
    labels: Mapping[str, str]
    file_name: str = ""
    is_sample: bool = False
    most_downloads: int | None = None
    days: int | None = None
    id: UUID | None = None
