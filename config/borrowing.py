"""What wheels declare, put into an environment out of the one that runs us: the locked versions, without a download.

Only what is declared, and what that declares in turn, gets there; so it proves no less than an installation, and takes
seconds instead of a minute.
"""

import os
import shutil
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


class NotHere(LookupError):
    """A requirement that the environment at hand does not have, or not in a fitting version."""


def borrow(declared: Iterable[str], *, into: Path) -> None:
    """Fill a site-packages folder with what is declared and not there yet. NotHere."""
    done: set[tuple[str, str]] = set()
    wanted = [Requirement(text) for text in declared]
    while wanted:
        one = wanted.pop()
        found = _there(one, into) or _link(_at_hand(one), into)
        for extra in ("", *one.extras):
            if (found.name, extra) not in done:
                done.add((found.name, extra))
                wanted += [need for need in map(Requirement, found.requires or ()) if _applies(need, extra)]


def _there(one: Requirement, into: Path) -> metadata.Distribution | None:
    return next(iter(metadata.distributions(name=one.name, path=[str(into)])), None)


def _at_hand(one: Requirement) -> metadata.Distribution:
    try:
        found = metadata.distribution(one.name)
    except metadata.PackageNotFoundError as missing:
        raise NotHere(f"{one} is not installed here") from missing
    if not one.specifier.contains(found.version, prereleases=True):
        raise NotHere(f"{one} is wanted, and {found.version} is installed here")
    return found


def _applies(need: Requirement, extra: str) -> bool:
    """Whether a requirement counts for this extra; one without a marker counts for none."""
    return need.marker.evaluate({"extra": extra}) if need.marker else not extra


def _link(found: metadata.Distribution, into: Path) -> metadata.Distribution:
    """Give the folder a distribution's files, on the same disk by another name of the same."""
    for file in found.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:  # programs; and what Python makes anew
            continue
        target = into / file
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(found.locate_file(file), target)
        except OSError:  # another disk
            shutil.copy2(str(found.locate_file(file)), target)
    return found
