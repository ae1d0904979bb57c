"""Outdoor gear."""

from config.demo.drawings.canvas import (
    BRASS,
    CREAM,
    GLOW,
    INK,
    STEEL,
    Canvas,
    Colour,
    dark,
    light,
    mirrored,
    mix,
)

GROUND: Colour = (205, 212, 200)


def tent(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 77, 44, GROUND)
    if c.look % 2:  # a dome
        c.blob([(8, 76), (16, 52), (34, 33), (54, 29), (74, 37), (87, 56), (93, 76), (50, 77)], hue)
        c.blob([(54, 29), (74, 37), (87, 56), (93, 76), (72, 76), (68, 52)], dark(hue, 0.16))
        c.line([(8, 76), (24, 44), (54, 28), (80, 44), (93, 76)], 0.9, light(hue, 0.45), curved=True)
        c.line([(54, 29), (66, 50), (71, 76)], 0.8, light(hue, 0.35), curved=True)
        c.blob([(24, 76), (28, 56), (39, 44), (50, 56), (54, 76)], dark(hue, 0.5))
        c.blob([(24, 76), (28, 56), (39, 44), (37, 60), (28, 76)], light(hue, 0.3))
    else:  # a ridge tent
        c.poly([(8, 76), (36, 27), (78, 30), (94, 76)], dark(hue, 0.14))
        c.poly([(8, 76), (36, 27), (62, 76)], hue)
        c.poly([(25, 76), (36, 38), (48, 76)], dark(hue, 0.55))
        c.poly([(25, 76), (36, 38), (33, 76)], light(hue, 0.3))
        c.line([(36, 27), (78, 30)], 1.1, light(hue, 0.4))
        c.line([(36, 27), (36, 22)], 0.8, INK)
        c.line([(36, 27), (4, 79)], 0.4, INK)
        c.line([(78, 30), (98, 79)], 0.4, INK)
    for x in (8, 93):
        c.line([(x, 75), (x + (-2 if x < 50 else 2), 80)], 0.9, INK)


def backpack(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 88, 26, GROUND)
    c.line([(34, 30), (25, 45), (29, 72)], 4, dark(hue, 0.45), curved=True)
    c.line([(66, 30), (75, 45), (71, 72)], 4, dark(hue, 0.45), curved=True)
    c.box(30, 20, 70, 88, hue, 9)
    c.box(30, 70, 70, 88, dark(hue, 0.2), 8)
    c.blob(mirrored([(60, 12), (71, 18), (73, 31), (62, 34)]), dark(hue, 0.12))
    c.line([(44, 12), (50, 8), (56, 12)], 1.6, INK, curved=True)
    c.box(36, 42, 64, 66, light(hue, 0.14), 4)
    c.line([(38, 47), (62, 47)], 0.8, dark(hue, 0.45))
    for x in (41, 59):
        c.line([(x, 31), (x, 42)], 1.8, dark(hue, 0.5))
        c.box(x - 1.8, 35, x + 1.8, 38, BRASS if c.look % 2 else INK, 0.6)
    c.box(22, 54, 31, 80, dark(hue, 0.28), 4)
    c.box(69, 54, 78, 80, dark(hue, 0.28), 4)
    c.oval(50, 56, 3.4, 3.4, CREAM)
    c.poly([(47.4, 57.6), (50, 53.4), (52.6, 57.6)], dark(hue, 0.3))


def daypack(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 84, 25, GROUND)
    c.line([(36, 30), (27, 50), (31, 76)], 3.4, dark(hue, 0.45), curved=True)
    c.line([(64, 30), (73, 50), (69, 76)], 3.4, dark(hue, 0.45), curved=True)
    c.line([(43, 22), (45, 15), (55, 15), (57, 22)], 1.7, dark(hue, 0.55), curved=True)
    c.blob(mirrored([(52, 20), (66, 25), (71, 44), (71, 74), (66, 83), (52, 84)]), hue)
    c.line([(31, 50), (34, 31), (50, 26), (66, 31), (69, 50)], 0.7, dark(hue, 0.45), curved=True)
    c.box(34, 54, 66, 80, light(hue, 0.16) if c.look % 2 else dark(hue, 0.18), 5)
    c.line([(37, 59), (63, 59)], 0.8, dark(hue, 0.5))
    c.line([(60, 59), (60, 64)], 1.2, BRASS)
    c.box(44, 38, 56, 44, CREAM, 1)
    c.line([(47, 41), (53, 41)], 0.8, dark(hue, 0.3))


def sleeping_bag(c: Canvas, hue: Colour) -> None:
    c.shadow(51, 93, 22, GROUND)
    c.blob(mirrored([(53, 7), (64, 12), (70, 26), (71, 44), (66, 74), (62, 89), (54, 93)]), hue)
    for y in range(36, 90, 8):
        half = 20.5 - (y - 36) * 0.17
        c.line([(50 - half, y), (50, y + 2.4), (50 + half, y)], 0.6, dark(hue, 0.22), curved=True)
    c.oval(50, 21, 13.5, 11, dark(hue, 0.5))
    c.oval(50, 23, 10.5, 8, light(mix(hue, CREAM, 0.6), 0.2))
    c.line([(39, 33), (50, 37), (61, 33)], 1.4, dark(hue, 0.4), curved=True)
    c.line([(64, 36), (63, 58), (58, 84)], 0.9, light(hue, 0.5), curved=True)


def sleeping_mat(c: Canvas, hue: Colour) -> None:
    c.shadow(52, 80, 40, GROUND)
    c.poly([(30, 79), (44, 34), (92, 34), (86, 79)], hue)
    for i in range(1, 8):
        y = 34 + i * 5.6
        c.line([(44 - (y - 34) * 0.31, y), (92 - (y - 34) * 0.13, y)], 0.7, dark(hue, 0.18))
    c.box(12, 62, 87, 80, dark(hue, 0.1), 9)
    c.oval(21, 71, 9, 9, light(hue, 0.3))
    for radius in (6.6, 4.2, 1.8):
        c.ring(21, 71, radius, radius, 0.7, dark(hue, 0.25))
    for x in (42, 68):
        c.box(x, 61.6, x + 4, 80.4, dark(hue, 0.5), 1)


def stove(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 86, 26, GROUND)
    c.box(32, 58, 68, 86, hue, 7)
    c.box(32, 66, 68, 76, CREAM, 0)
    c.poly([(44, 75), (50, 67), (56, 75)], hue)
    c.box(41, 52, 59, 59, STEEL, 2)
    c.box(46, 38, 54, 53, dark(STEEL, 0.3), 1)
    c.line([(54, 47), (72, 47), (76, 51)], 1.2, INK)
    c.box(36, 33, 64, 38, dark(STEEL, 0.1), 2)
    for x in (30, 50, 70):
        c.line([(50, 38), (x, 30)], 1.5, dark(STEEL, 0.35))
        c.line([(x, 30), (x, 26)], 1.5, dark(STEEL, 0.35))
    for x, height in ((40, 8), (46, 13), (54, 12), (60, 8)):
        c.blob([(x - 3, 32), (x, 32 - height), (x + 3, 32), (x, 33)], (92, 155, 214))
        c.blob([(x - 1.4, 32), (x, 32 - height * 0.5), (x + 1.4, 32), (x, 32.6)], GLOW)


def headlamp(c: Canvas, hue: Colour) -> None:
    c.ring(50, 50, 34, 25, 6, dark(hue, 0.1))
    c.line([(50, 25), (50, 52)], 5, dark(hue, 0.3))
    c.poly([(38, 76), (62, 76), (78, 97), (22, 97)], mix(GLOW, CREAM, 0.3))
    c.box(33, 57, 67, 80, INK, 7)
    c.box(35, 59, 65, 78, light(INK, 0.14), 6)
    c.oval(45, 68.5, 7.4, 7.4, STEEL)
    c.oval(45, 68.5, 5.6, 5.6, GLOW)
    c.oval(58.5, 68.5, 4, 4, STEEL)
    c.oval(58.5, 68.5, 2.7, 2.7, (214, 84, 70) if c.look % 2 else CREAM)
    c.box(46, 55, 54, 58.4, hue, 1)


def poles(c: Canvas, hue: Colour) -> None:
    for top, foot in ((34, 56), (66, 44)):

        def at(share: float, top: float = top, foot: float = foot) -> tuple[float, float]:
            return top + (foot - top) * share, 10 + 80 * share

        c.line([at(0.2), at(1)], 1.7, STEEL)
        c.line([at(0.2), at(0.55)], 2.4, hue)
        c.line([at(0.56), at(0.6)], 3.4, INK)
        c.line([at(0), at(0.2)], 4.4, (196, 156, 112))
        c.line([at(-0.02), at(0.02)], 5, INK)
        strap_x, strap_y = at(0.02)
        side = -1 if top < 50 else 1
        c.line(
            [(strap_x, strap_y), (strap_x + side * 8, strap_y + 9), (strap_x + side * 2, strap_y + 13)],
            1.1,
            INK,
            curved=True,
        )
        x, y = at(0.91)
        c.oval(x, y, 5.4, 1.9, INK)
        c.oval(x, y - 0.5, 3.4, 1, hue)
        c.line([at(0.97), at(1.02)], 1.2, INK)


def bottle(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 90, 17, GROUND)
    if c.look % 2:
        c.line([(44, 15), (44, 8), (56, 8), (56, 15)], 2, INK, curved=True)
    c.box(42, 12, 58, 23, INK, 2)
    c.box(43.5, 22, 56.5, 27, STEEL)
    c.blob(mirrored([(56, 25), (62, 30), (66, 39), (66, 50), (52, 54)]), hue)
    c.box(34, 42, 66, 90, hue, 4)
    c.box(37.4, 40, 40.6, 84, light(hue, 0.3), 1.6)
    c.box(60.5, 44, 66, 88, dark(hue, 0.12), 2.6)
    c.oval(50, 60, 6, 6, light(hue, 0.55))
    c.poly([(45.6, 62.6), (49, 56.6), (51.2, 60), (52.4, 58.4), (54.6, 62.6)], dark(hue, 0.25))


FIGURES = {
    "tent": tent,
    "backpack": backpack,
    "daypack": daypack,
    "sleeping-bag": sleeping_bag,
    "sleeping-mat": sleeping_mat,
    "stove": stove,
    "headlamp": headlamp,
    "poles": poles,
    "bottle": bottle,
}
