"""Ranges of numbers: how they are written, and where to draw the lines between them. Pure.

A range holds its lower limit and not its upper one, so that those next to each other share nothing: 10..20, ..10, 20..
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

_WRITTEN = re.compile(r"(-?\d{1,14}(?:\.\d{1,6})?)?\.\.(-?\d{1,14}(?:\.\d{1,6})?)?")
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
MOST = 6
"""About so many ranges are drawn where nobody said which."""


@dataclass(frozen=True)
class Range:
    """From `least` on and less than `below`; None is no limit."""

    least: Decimal | None = None
    below: Decimal | None = None

    def __str__(self) -> str:
        return f"{_number(self.least)}..{_number(self.below)}"

    def label(self, unit: str = "") -> str:
        """How it reads in any language: < 2 kg, 2 – 5 kg, ≥ 5 kg."""
        if self.least is None:
            text = f"< {_number(self.below)}"
        elif self.below is None:
            text = f"≥ {_number(self.least)}"
        else:
            text = f"{_number(self.least)} – {_number(self.below)}"
        return f"{text} {unit}".strip()


def read(text: str) -> Range | None:
    """A range as it is written, None for anything else; one without any limit is none either."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    least, below = (Decimal(part) if part else None for part in found.groups())
    return None if least is not None and below is not None and least >= below else Range(least, below)


def between(limits: Sequence[Decimal]) -> list[Range]:
    """The ranges that some limits, in order, draw: below the first, between two, from the last on."""
    ends = [None, *limits, None]
    return [Range(least, below) for least, below in pairwise(ends)] if limits else []


def limits_for(least: Decimal | None, most: Decimal | None) -> tuple[Decimal, ...]:
    """Round limits that cut what lies between two figures into a few ranges; none where there is one figure."""
    if least is None or most is None or least >= most:
        return ()
    rough = (most - least) / MOST
    power = Decimal(10) ** rough.adjusted()
    step = next(power * factor for factor in _STEPS if power * factor >= rough)
    first = (least // step + (1 if least >= 0 or least % step == 0 else 0)) * step
    count = int((most - first) // step) + 1
    return tuple(first + step * number for number in range(max(count, 0)) if least < first + step * number <= most)


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
