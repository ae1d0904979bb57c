"""Figures, the table at the end, and `results.json`."""

import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value. `ratio` is value / compared; `reach` what is aimed at, `reached` whether it was."""

    case: str
    size: int
    name: str
    value: float
    unit: str
    compared_with: str = ""
    compared: float | None = None
    reach: str = ""
    reached: bool | None = None

    @property
    def ratio(self) -> float | None:
        """None where there is nothing to compare with."""
        return self.value / self.compared if self.compared else None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """An aim: the words for the table, and the test."""

    words: str
    met: Callable[[float, float | None], bool]


def ratio_at_least(least: float) -> Reach:
    """value / compared ≥ least."""
    return Reach(words=f"ratio ≥ {least}", met=lambda _, ratio: ratio is not None and ratio >= least)


def at_least(least: float) -> Reach:
    """value ≥ least."""
    return Reach(words=f"≥ {least:,.0f}", met=lambda value, _: value >= least)


def below(most: float) -> Reach:
    """value < most."""
    return Reach(words=f"< {most:g}", met=lambda value, _: value < most)


def equal(words: str) -> Reach:
    """value = compared."""
    return Reach(words=words, met=lambda _, ratio: ratio == 1)


def table(figures: Sequence[Figure]) -> str:
    """A line per figure, aligned; Markdown, so that it can be copied into a document."""
    head = ("case", "size", "figure", "value", "unit", "compared with", "its value", "ratio", "reach", "")
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def write(path: Path, figures: Sequence[Figure], *, seconds: float) -> None:
    """All figures as JSON, with what they were measured on."""
    body: dict[str, Any] = {
        "measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(seconds),
        "machine": {
            "cores": psutil.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "python": platform.python_version(),
            "load_when_done": round(psutil.getloadavg()[1], 1),
        },
        "figures": [{**asdict(figure), "ratio": figure.ratio} for figure in figures],
    }
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n")


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    compared = "" if figure.compared is None else _number(figure.compared)
    mark = {None: "", True: "yes", False: "NO"}[figure.reached]
    return (
        *(figure.case, f"{figure.size:,}", figure.name, _number(figure.value), figure.unit),
        *(figure.compared_with, compared, ratio, figure.reach, mark),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
