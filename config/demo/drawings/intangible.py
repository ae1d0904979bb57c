"""Emblems for what cannot be photographed."""

from itertools import pairwise

from config.demo.drawings.canvas import BRASS, CREAM, INK, STEEL, WOOD, Canvas, Colour, dark, light


def repair(c: Canvas, hue: Colour) -> None:
    """Needle and thread on a patch."""
    c.box(22, 26, 72, 76, hue, 6)
    for i in range(7):
        for start, end in (
            ((27 + i * 6, 30), (30 + i * 6, 30)),
            ((27 + i * 6, 72), (30 + i * 6, 72)),
            ((26, 31 + i * 6), (26, 34 + i * 6)),
            ((68, 31 + i * 6), (68, 34 + i * 6)),
        ):
            c.line([start, end], 0.9, CREAM)
    c.line([(30, 62), (38, 46), (48, 62), (56, 44), (72, 34), (84, 24)], 1.1, BRASS, curved=True)
    c.line([(58, 72), (86, 18)], 2, STEEL)
    c.oval(84.4, 21.6, 1, 2, dark(STEEL, 0.6))


def gift(c: Canvas, hue: Colour) -> None:
    """A parcel with a bow."""
    c.shadow(50, 86, 32, (216, 204, 196))
    c.box(22, 44, 78, 86, hue, 2)
    c.box(18, 36, 82, 48, light(hue, 0.14), 2)
    c.box(18, 46, 82, 48, dark(hue, 0.3))
    c.box(45, 36, 55, 86, CREAM)
    for flip in (-1, 1):
        c.blob(
            [(50, 36), (50 + flip * 8, 24), (50 + flip * 20, 20), (50 + flip * 23, 29), (50 + flip * 12, 36)],
            CREAM,
        )
        c.blob(
            [(50 + flip * 4, 34), (50 + flip * 10, 27), (50 + flip * 18, 25), (50 + flip * 11, 33)],
            dark(CREAM, 0.2),
        )
    c.box(45, 30, 55, 39, dark(CREAM, 0.08), 3)
    c.box(60, 56, 74, 66, CREAM, 1)
    c.line([(63, 60), (71, 60)], 0.7, INK)
    c.line([(63, 63), (69, 63)], 0.7, INK)


def course(c: Canvas, hue: Colour) -> None:
    """A calendar page with a ringed day."""
    c.box(24, 24, 80, 84, (222, 212, 204), 5)
    c.box(22, 22, 78, 82, CREAM, 5)
    c.box(22, 22, 78, 38, hue, 5)
    c.box(22, 32, 78, 38, hue)
    for x in (36, 64):
        c.line([(x, 17), (x, 27)], 2.4, INK)
    for row in range(4):
        for column in range(5):
            c.box(29 + column * 9.2, 44 + row * 9, 34 + column * 9.2, 49 + row * 9, light(hue, 0.66), 1)
    day = c.look % 15
    at_x, at_y = 31.5 + day % 5 * 9.2, 46.5 + day // 5 * 9
    c.oval(at_x, at_y, 6, 6, hue)
    c.line([(at_x - 2.4, at_y), (at_x - 0.6, at_y + 2), (at_x + 2.6, at_y - 2)], 1.1, CREAM)


def guide(c: Canvas, hue: Colour) -> None:
    """A folded map with a path."""
    for i, x in enumerate((16, 38, 60)):
        shift = 5 if i % 2 else 0
        tone = light(hue, 0.6) if i % 2 else light(hue, 0.72)
        c.poly([(x, 28 + shift), (x + 22, 33 - shift), (x + 22, 83 - shift), (x, 78 + shift)], tone)
    c.blob([(18, 60), (30, 52), (37, 60), (37, 74), (18, 72)], (168, 190, 150))
    c.blob([(62, 40), (72, 38), (81, 44), (81, 54), (68, 54)], (150, 190, 208))
    points = [(24, 68), (34, 58), (44, 66), (54, 52), (62, 60), (72, 46)]
    for start, end in pairwise(points):
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        c.line([start, middle], 1.3, dark(hue, 0.1))
    c.oval(24, 68, 2, 2, dark(hue, 0.2))
    c.blob([(72, 46), (66, 36), (67, 28), (72, 25), (77, 28), (78, 36)], hue)
    c.oval(72, 33, 2.6, 2.6, CREAM)
    c.line([(44, 42), (50, 34), (56, 42)], 1.4, WOOD)


FIGURES = {"repair": repair, "gift": gift, "course": course, "guide": guide}
