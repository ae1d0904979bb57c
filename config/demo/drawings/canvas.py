"""A small vector canvas over Pillow: smooth outlines, tints of one colour, units of a hundredth.

Everything is painted at twice the size and halved at the end, which is what makes edges smooth.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from PIL import Image, ImageDraw

SIDE = 800
_SCALE = SIDE * 2 / 100
Point = tuple[float, float]
Colour = tuple[int, int, int]

INK: Colour = (44, 46, 50)
WOOD: Colour = (190, 142, 92)
STEEL: Colour = (176, 182, 188)
CREAM: Colour = (247, 240, 224)
BRASS: Colour = (201, 162, 88)
LEATHER: Colour = (139, 94, 60)
GLOW: Colour = (255, 232, 168)


def rgb(swatch: str) -> Colour:
    """The three channels of `#rrggbb`."""
    return int(swatch[1:3], 16), int(swatch[3:5], 16), int(swatch[5:7], 16)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """`colour` with a `share` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def light(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, (255, 255, 255), share)


def dark(colour: Colour, share: float = 0.22) -> Colour:
    return mix(colour, (18, 20, 30), share)


def mirrored(points: Iterable[Point], *, about: float = 50) -> list[Point]:
    """A closed symmetric outline from its right half, given from top to bottom."""
    half = list(points)
    return half + [(2 * about - x, y) for x, y in reversed(half)]


def smooth(points: Sequence[Point], *, steps: int = 8, closed: bool = True) -> list[Point]:
    """A Catmull-Rom curve through all points."""
    count = len(points)
    spans = range(count) if closed else range(count - 1)
    curve: list[Point] = []
    for i in spans:
        before = points[i - 1] if closed or i else points[i]
        start, end = points[i], points[(i + 1) % count]
        after = points[(i + 2) % count] if closed or i + 2 < count else end
        for step in range(steps):
            t = step / steps
            curve.append(
                (_spline(before[0], start[0], end[0], after[0], t), _spline(before[1], start[1], end[1], after[1], t))
            )
    return curve if closed else [*curve, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


class Canvas:
    """A square picture being painted. `look` is the number of the model: figures vary a little by it."""

    def __init__(self, *, background: Colour, look: int) -> None:
        self.look = look
        self.image = Image.new("RGB", (SIDE * 2, SIDE * 2), background)
        self.pen = ImageDraw.Draw(self.image)

    def poly(self, points: Sequence[Point], fill: Colour) -> None:
        self.pen.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)

    def blob(self, points: Sequence[Point], fill: Colour) -> None:
        """A closed shape with a smooth outline through the points."""
        self.poly(smooth(points), fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """An ellipse by its middle and radii."""
        box = ((x - rx) * _SCALE, (y - ry) * _SCALE, (x + rx) * _SCALE, (y + ry) * _SCALE)
        self.pen.ellipse(box, fill=fill)

    def ring(self, x: float, y: float, rx: float, ry: float, width: float, fill: Colour) -> None:
        box = ((x - rx) * _SCALE, (y - ry) * _SCALE, (x + rx) * _SCALE, (y + ry) * _SCALE)
        self.pen.ellipse(box, outline=fill, width=round(width * _SCALE))

    def box(self, x: float, y: float, right: float, bottom: float, fill: Colour, radius: float = 0) -> None:
        corners = (x * _SCALE, y * _SCALE, right * _SCALE, bottom * _SCALE)
        self.pen.rounded_rectangle(corners, radius=radius * _SCALE, fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: Colour, *, curved: bool = False) -> None:
        """A line with round ends and joints; `curved` smooths it."""
        path = smooth(points, closed=False) if curved else points
        scaled = [(x * _SCALE, y * _SCALE) for x, y in path]
        self.pen.line(scaled, fill=fill, width=max(1, round(width * _SCALE)), joint="curve")
        if width > 0.4:
            half = width / 2
            for x, y in (path[0], path[-1]):
                self.oval(x, y, half, half, fill)

    def shadow(self, x: float, y: float, rx: float, fill: Colour) -> None:
        """What a thing standing on the floor throws below it."""
        self.oval(x, y, rx, rx * 0.1, fill)

    def jpeg(self) -> bytes:
        """The finished picture."""
        out = BytesIO()
        self.image.reduce(2).save(out, "JPEG", quality=86)
        return out.getvalue()
