"""What an audit says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config.audit.books import Books


@dataclass(frozen=True)
class Finding:
    """`about` names the order, payment, SKU, …; it stays the same while the figures in the sentence move."""

    about: str
    sentence: str


Check = Callable[[Books], Iterator[Finding]]
