"""Draws the pictures of the demo shop: flat, quick, and the same bytes for the same product and colour."""

from random import Random

from config.demo.drawings import clothing, intangible, kitchen, living, outdoor
from config.demo.drawings.canvas import SIDE, Canvas, light, mix, rgb
from config.demo.shapes import Product
from config.demo.words.colours import SWATCHES

FIGURES = {
    **outdoor.FIGURES,
    **clothing.FIGURES,
    **living.FIGURES,
    **kitchen.FIGURES,
    **intangible.FIGURES,
}
_PAPER = {
    "outdoor": "#e4ebe3",
    "clothing": "#ece6dd",
    "footwear": "#ece6dd",
    "living": "#f0e8dd",
    "kitchen": "#e6eaec",
    "service": "#efe6e0",
}
_SERVICE_HUES = ("pine", "lagoon", "rust", "navy", "berry", "ochre")
PALE = 600
SLATE = (122, 150, 164)

__all__ = ["FIGURES", "SIDE", "draw"]


def draw(product: Product, colour: str = "") -> bytes:
    """A JPEG of `SIDE` by `SIDE` pixels showing the product in `colour` (an option code).

    Without a colour the product's own is taken, or one of the house colours for services. Raises KeyError for
    a colour or a kind that does not exist.
    """
    look = Random(product.sku).randrange(1 << 30)
    if not colour:
        colour = str(product.values.get("colour", "")) or _SERVICE_HUES[look % len(_SERVICE_HUES)]
    paper = rgb(_PAPER[product.product_type])
    tint = rgb(SWATCHES[colour])
    canvas = Canvas(background=paper, look=look)
    # A large pale disc in the product's own colour ties the pictures of a shelf together.
    # Behind pale things it is darker than the paper, else they would vanish.
    disc = mix(paper, SLATE, 0.5) if sum(tint) > PALE else mix(light(paper, 0.45), tint, 0.07)
    canvas.oval(50 + look % 7 - 3, 47, 40, 40, disc)
    FIGURES[product.kind](canvas, tint)
    return canvas.jpeg()
