"""Lamps, textiles and accents."""

from math import cos, pi, sin

from config.demo.drawings.canvas import (
    BRASS,
    CREAM,
    GLOW,
    INK,
    WOOD,
    Canvas,
    Colour,
    dark,
    light,
    mirrored,
    mix,
)

FLOOR: Colour = (222, 212, 198)


def _contrast(hue: Colour) -> Colour:
    return light(hue, 0.5) if sum(hue) < 480 else dark(hue, 0.3)


def table_lamp(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 88, 24, FLOOR)
    c.oval(50, 60, 26, 9, mix(GLOW, CREAM, 0.5))
    if c.look % 2:
        c.blob(mirrored([(52, 54), (59, 62), (64, 74), (60, 86), (52, 88)]), hue)
        c.blob([(40, 72), (43, 62), (45, 74), (43, 84)], light(hue, 0.3))
    else:
        c.box(48.6, 50, 51.4, 84, BRASS)
        c.box(35, 83, 65, 88, hue, 2.4)
    c.poly([(38, 18), (62, 18), (74, 56), (26, 56)], light(hue, 0.12) if c.look % 3 else CREAM)
    c.poly([(55, 18), (62, 18), (74, 56), (60, 56)], dark(hue, 0.1) if c.look % 3 else dark(CREAM, 0.08))
    c.oval(50, 56, 24, 3, GLOW)
    c.line([(62, 87), (76, 89), (88, 86), (96, 89)], 0.7, INK, curved=True)


def pendant(c: Canvas, hue: Colour) -> None:
    c.line([(50, 0), (50, 36)], 0.8, INK)
    c.box(45, 0, 55, 3, dark(hue, 0.2), 1)
    c.poly([(24, 62), (76, 62), (94, 98), (6, 98)], mix(GLOW, CREAM, 0.55))
    shape = c.look % 3
    if shape == 0:
        c.blob(mirrored([(52, 34), (62, 40), (73, 52), (77, 63), (52, 64)]), hue)
        c.blob([(30, 58), (34, 48), (43, 40), (38, 52), (35, 61)], light(hue, 0.28))
    elif shape == 1:
        c.poly([(45, 34), (55, 34), (78, 63), (22, 63)], hue)
        c.poly([(52, 34), (55, 34), (78, 63), (64, 63)], dark(hue, 0.14))
    else:
        c.box(38, 34, 62, 63, hue, 5)
        c.box(41, 36, 44.4, 60, light(hue, 0.3), 1.6)
    half = 12 if shape == 2 else 27
    c.oval(50, 63, half, 2.8, GLOW)
    c.oval(50, 63.4, 5, 4, (255, 247, 221))
    c.box(46.4, 29, 53.6, 36, BRASS, 1.4)


def floor_lamp(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 93, 22, FLOOR)
    if c.look % 2:  # a tripod
        for foot in (30, 50, 70):
            c.line([(50, 38), (foot, 93)], 1.8, WOOD)
        c.box(31, 9, 69, 38, hue, 2)
        c.box(58, 9, 69, 38, dark(hue, 0.12), 2)
        c.oval(50, 38, 19, 2.4, GLOW)
    else:  # an arc
        c.line([(34, 92), (34, 34), (46, 12), (64, 14), (70, 26)], 1.7, INK, curved=True)
        c.box(22, 90, 46, 94, hue, 1.8)
        c.poly([(58, 42), (82, 42), (92, 70), (48, 70)], mix(GLOW, CREAM, 0.55))
        c.blob(mirrored([(72, 24), (80, 30), (85, 42), (71, 43)], about=70), hue)
        c.oval(70, 42.4, 14, 2.2, GLOW)


def cushion(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 83, 32, FLOOR)
    c.blob(
        [
            (14, 18),
            (34, 20),
            (50, 21),
            (66, 20),
            (86, 18),
            (83, 35),
            (82, 50),
            (83, 66),
            (86, 82),
            (66, 80),
            (50, 79),
            (34, 80),
            (14, 82),
            (17, 66),
            (18, 50),
            (17, 35),
        ],
        hue,
    )
    tone, motif = _contrast(hue), c.look % 4
    if motif == 0:
        for x in range(26, 80, 8):
            c.line([(x, 22), (x + (x - 50) * 0.03, 78)], 1.3, tone)
    elif motif == 1:
        for row in range(4):
            for column in range(4):
                x, y = 29 + column * 14, 30 + row * 13.4
                c.poly([(x, y - 4), (x + 4, y), (x, y + 4), (x - 4, y)], tone)
    elif motif == 2:
        c.oval(50, 50, 20, 20, tone)
        c.oval(50, 50, 14, 14, hue)
        c.oval(50, 50, 7, 7, tone)
    else:
        for y in (34, 50, 66):
            c.line(
                [
                    (20, y),
                    (27, y - 5),
                    (35, y),
                    (42, y - 5),
                    (50, y),
                    (58, y - 5),
                    (65, y),
                    (73, y - 5),
                    (80, y),
                ],
                1.5,
                tone,
            )


def blanket(c: Canvas, hue: Colour) -> None:
    tone = _contrast(hue)
    c.shadow(50, 84, 38, FLOOR)
    for i, y in enumerate((68, 52, 36)):
        c.box(16, y, 84, y + 16, dark(hue, 0.06 * (2 - i)), 7)
        c.line([(26, y + 15.4), (80, y + 15.4)], 0.6, dark(hue, 0.32))
        for x in (64, 70):
            c.box(x, y, x + 3, y + 16, tone)
    c.poly([(24, 36), (48, 36), (44, 76), (20, 76)], light(hue, 0.1))
    for y in (62, 67):
        c.line([(21.4, y), (45, y)], 1.2, tone)
    for x in range(20, 45, 3):
        c.line([(x, 76), (x - 0.4, 81)], 0.8, tone)


def rug(c: Canvas, hue: Colour) -> None:
    tone, motif = _contrast(hue), c.look % 3
    if motif == 2:
        c.oval(50, 52, 40, 34, hue)
        for share in (0.84, 0.62, 0.36):
            c.ring(50, 52, 40 * share, 34 * share, 1.6, tone)
        return
    c.poly([(22, 22), (78, 22), (92, 80), (8, 80)], hue)
    for i in range(22):
        c.line([(9 + i * 3.9, 80), (8.4 + i * 3.95, 85)], 0.7, CREAM)
        c.line([(23 + i * 2.58, 22), (23 + i * 2.58, 19)], 0.6, CREAM)
    for y in (28, 74):
        inset = 22 - (y - 22) * 0.241
        c.line([(inset + 1, y), (99 - inset, y)], 1.5, tone)
    for row in range(3):
        level = 39 + row * 12.5
        for column in range(4 if motif else 3):
            x = 50 + (column - (1.5 if motif else 1)) * (14 + row * 2)
            size = 4.2 + row * 0.7
            c.poly([(x, level - size), (x + size * 1.3, level), (x, level + size), (x - size * 1.3, level)], tone)
            c.poly(
                [
                    (x, level - size / 2),
                    (x + size * 0.6, level),
                    (x, level + size / 2),
                    (x - size * 0.6, level),
                ],
                hue,
            )


def vase(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 90, 18, FLOOR)
    leaf: Colour = (98, 122, 92)
    for tip, bend in (((34, 10), (45, 30)), ((56, 6), (51, 26)), ((70, 18), (56, 34))):
        c.line([(50, 52), bend, tip], 0.9, dark(leaf), curved=True)
        for share in (0.25, 0.5, 0.75, 1):
            x, y = bend[0] + (tip[0] - bend[0]) * share, bend[1] + (tip[1] - bend[1]) * share
            c.oval(x - 2, y, 2.7, 1.5, leaf)
            c.oval(x + 2, y - 1.4, 2.7, 1.5, light(leaf, 0.18))
    shapes = (
        [(54, 46), (55, 52), (64, 62), (67, 74), (62, 88), (52, 90)],
        [(58, 44), (55, 52), (60, 64), (61, 78), (58, 88.6), (52, 90)],
        [(53, 45), (53, 58), (57, 66), (66, 76), (66, 86), (52, 90)],
    )
    outline = shapes[c.look % 3]
    c.blob(mirrored(outline), hue)
    c.blob([(41, 72), (43.4, 63), (44.6, 74), (43, 85)], light(hue, 0.32))
    if c.look % 2:
        c.box(50 - outline[3][0] + 51, 73, outline[3][0] - 1, 75.6, _contrast(hue))
    c.oval(50, 46, outline[0][0] - 49.4, 1.3, dark(hue, 0.45))


def clock(c: Canvas, hue: Colour) -> None:
    c.oval(51.5, 52, 36, 36, FLOOR)
    c.oval(50, 50, 36, 36, WOOD if c.look % 2 else dark(hue, 0.25))
    c.oval(50, 50, 32.6, 32.6, hue)
    ink = CREAM if sum(hue) < 420 else INK
    for hour in range(12):
        angle = hour * pi / 6
        inner = 25 if hour % 3 == 0 else 27.6
        c.line(
            [
                (50 + sin(angle) * inner, 50 - cos(angle) * inner),
                (50 + sin(angle) * 29.6, 50 - cos(angle) * 29.6),
            ],
            1.5 if hour % 3 == 0 else 0.8,
            ink,
        )
    c.line([(50, 50), (36.6, 41.6)], 2, ink)
    c.line([(50, 50), (62, 29)], 1.4, ink)
    c.line([(46, 57), (50, 50), (57, 35)], 0.5, (207, 74, 60))
    c.oval(50, 50, 1.8, 1.8, (207, 74, 60))


def basket(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 86, 31, FLOOR)
    for flip in (-1, 1):
        c.line(
            [(50 + flip * 30, 46), (50 + flip * 38, 34), (50 + flip * 31, 30)],
            2.2,
            (122, 80, 50),
            curved=True,
        )
    if c.look % 2:
        c.blob([(28, 42), (34, 24), (48, 20), (64, 26), (73, 42)], (203, 190, 172))
        c.line([(36, 38), (42, 27), (52, 24)], 0.8, (170, 156, 138), curved=True)
    c.poly([(20, 42), (80, 42), (74, 86), (26, 86)], hue)
    for row in range(8):
        y = 44 + row * 5.3
        inset = 20 + (y - 42) * 0.136
        count = 10
        step = (100 - 2 * inset) / count
        for column in range(count):
            x = inset + column * step
            tone = dark(hue, 0.2) if (row + column) % 2 else light(hue, 0.16)
            c.box(x + 0.2, y, x + step - 0.2, y + 4.6, tone, 1.6)
    c.box(18, 38, 82, 45, dark(hue, 0.3), 3)
    for x in range(21, 80, 5):
        c.line([(x, 43.6), (x + 2.4, 39.6)], 0.7, light(hue, 0.2))


FIGURES = {
    "table-lamp": table_lamp,
    "pendant": pendant,
    "floor-lamp": floor_lamp,
    "cushion": cushion,
    "blanket": blanket,
    "rug": rug,
    "vase": vase,
    "clock": clock,
    "basket": basket,
}
