"""Index folders on disk: one per view and generation, with a pointer that is switched in one step.

<STATE_FOLDER>/search/<view>/CURRENT names the generation that readers open; a rebuild fills a new one beside
it. Writers of a view take turns by a lock on a file, over threads and processes alike.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from catalog.search import schema
from catalog.search.shape import Shape
from chassis.ids import new_id

SHAPE = "shape.json"


def root() -> Path:
    """Where all indexes of this installation are."""
    return Path(settings.STATE_FOLDER) / "search"


def folder(view: str) -> Path:
    """A view's folder. View codes are letters, digits, - and _ only, so that they are safe names."""
    return root() / view


def current(view: str, *, locale: str) -> Path | None:
    """The generation to read, None when there is none of this schema and locale."""
    try:
        pointer = json.loads((folder(view) / "CURRENT").read_text())
        path = folder(view) / str(pointer["folder"])
        fits = pointer["schema"] == schema.VERSION and pointer["locale"] == locale
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return path if fits and (path / "meta.json").exists() else None


def new_generation(view: str, *, shape: Shape) -> Path:
    """A folder for a rebuild that will know this; what killed rebuilds left is removed."""
    path = folder(view) / f"generation-{new_id()}"
    keep = _named(view)
    for old in folder(view).glob("generation-*"):
        if old.name != keep:
            shutil.rmtree(old, ignore_errors=True)
    path.mkdir(parents=True)
    (path / SHAPE).write_text(json.dumps(asdict(shape)))
    return path


def shape_of(path: Path) -> Shape:
    """What a generation knows, in the order of its fields."""
    return Shape(**{name: tuple(known) for name, known in json.loads((path / SHAPE).read_text()).items()})


def switch(view: str, path: Path, *, locale: str) -> None:
    """Let readers open this generation from now on. The one before stays until the next rebuild: readers
    that have it open go on."""
    pointer = folder(view) / "CURRENT"
    draft = pointer.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"folder": path.name, "locale": locale, "schema": schema.VERSION}))
    draft.replace(pointer)


def abandon(view: str, path: Path) -> None:
    """Let nobody open this generation from now on: it cannot be read."""
    if _named(view) == path.name:
        (folder(view) / "CURRENT").unlink(missing_ok=True)


@contextmanager
def writing(view: str) -> Iterator[None]:
    """Hold the view's writer lock; waits for whoever has it. The kernel releases it when a process dies."""
    folder(view).mkdir(parents=True, exist_ok=True)
    with (root() / f"{view}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _named(view: str) -> str:
    try:
        return str(json.loads((folder(view) / "CURRENT").read_text())["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
