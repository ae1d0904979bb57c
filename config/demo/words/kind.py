"""The row that describes a kind of product; eight models are made from each."""

from dataclasses import dataclass

from config.demo.shapes import Text

T = Text


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of product.

    `lead` is one sentence about `{model}`; two of `points` follow it. `price` is the range of EUR prices,
    `figures` the ranges of decimal attributes in their unit. `hues` says how many colours a model comes in
    at least and at most. Without `axes` the product is simple, in one of `colours`.
    """

    code: str
    prefix: str
    section: str
    product_type: str
    brand: str
    noun: Text
    plural: Text
    lead: Text
    points: tuple[Text, ...]
    price: tuple[int, int]
    colours: tuple[str, ...]
    materials: tuple[str, ...]
    axes: tuple[str, ...] = ()
    hues: tuple[int, int] = (2, 3)
    figures: tuple[tuple[str, int, int], ...] = ()
    care: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    flags: tuple[tuple[str, bool], ...] = ()
