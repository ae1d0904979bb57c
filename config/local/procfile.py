"""Reads the Procfile: ``name: command`` a line, ``#`` for comments, ``$NAME`` from the environment."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from config.local.state import LocalError


@dataclass(frozen=True, kw_only=True)
class Line:
    """A process to run: its name and its command, split and with its variables filled in."""

    name: str
    command: tuple[str, ...]


def read(path: Path, *, environment: Mapping[str, str]) -> list[Line]:
    """The processes in the order of the file. Raises ``LocalError`` that names every wrong line."""
    lines: dict[str, Line] = {}
    wrong: list[str] = []
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise LocalError(f"There is no {path}.") from None
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        name, colon, command = (part.strip() for part in raw.partition(":"))
        try:
            words = tuple(Template(word).substitute(environment) for word in shlex.split(command))
        except KeyError as error:
            wrong.append(f"line {number} uses {error.args[0]}, which is not set")
            continue
        except ValueError as error:
            wrong.append(f"line {number} cannot be read: {error}")
            continue
        if not (colon and words and name.replace("-", "").isalnum()):
            wrong.append(f"line {number} is not `name: command`")
        elif name in lines:
            wrong.append(f"line {number} names {name} a second time")
        else:
            lines[name] = Line(name=name, command=words)
    if wrong:
        raise LocalError(f"{path.name} is wrong: {'; '.join(wrong)}.")
    return list(lines.values())
