"""Clothing and footwear."""

from collections.abc import Iterable

from config.demo.drawings.canvas import (
    BRASS,
    CREAM,
    INK,
    LEATHER,
    Canvas,
    Colour,
    Point,
    dark,
    light,
    mirrored,
)

_BODY = ((56, 24), (68, 29), (69, 50), (69, 86))
_SLEEVE = ((64, 27), (73, 31), (79, 48), (85, 76), (77, 79), (72, 62), (66, 46))


def _flip(points: Iterable[Point]) -> list[Point]:
    return [(100 - x, y) for x, y in points]


def _coat(c: Canvas, hue: Colour, *, cuff: Colour) -> None:
    """Sleeves and body of a jacket, without collar."""
    for flip in (False, True):
        sleeve = _flip(_SLEEVE) if flip else list(_SLEEVE)
        c.blob(sleeve, dark(hue, 0.14))
        ends = [(85.2, 73), (85.6, 77.4), (77, 80), (75.8, 76)]
        c.poly(_flip(ends) if flip else ends, cuff)
    c.poly(mirrored(_BODY), hue)
    c.box(31, 82, 69, 87, cuff, 1.5)


def rain_jacket(c: Canvas, hue: Colour) -> None:
    trim = light(hue, 0.5) if c.look % 2 else dark(hue, 0.4)
    _coat(c, hue, cuff=dark(hue, 0.3))
    c.poly([(31, 29), (44, 24), (56, 24), (69, 29), (69, 44), (50, 49), (31, 44)], dark(hue, 0.1))
    c.blob(mirrored([(52, 8), (60, 12), (63, 22), (58, 31), (52, 33)]), dark(hue, 0.2))
    c.blob(mirrored([(51, 13), (56, 17), (57, 24), (53, 30)]), dark(hue, 0.55))
    c.line([(50, 29), (50, 87)], 1.1, trim)
    c.line([(36, 60), (41, 74)], 0.9, trim)
    c.line([(64, 60), (59, 74)], 0.9, trim)
    c.line([(57, 39), (64, 37)], 0.9, trim)
    for x in (47, 53):
        c.line([(x, 31), (x, 37)], 0.5, CREAM)


def down_jacket(c: Canvas, hue: Colour) -> None:
    for flip in (False, True):
        for i in range(6):
            y, x = 32 + i * 8.2, 70 + i * 2.1
            c.oval(100 - x if flip else x, y, 7.2, 5.4, dark(hue, 0.1 + 0.03 * (i % 2)))
    for i in range(7):
        y = 29 + i * 8.6
        c.box(31, y - 5, 69, y + 4.4, hue if i % 2 else light(hue, 0.07), 4)
        c.line([(33, y + 4.2), (67, y + 4.2)], 0.6, dark(hue, 0.28))
    c.box(39, 15, 61, 27, dark(hue, 0.12), 4)
    c.box(42, 15, 58, 20, dark(hue, 0.5), 3)
    c.line([(50, 20), (50, 85)], 1.2, dark(hue, 0.5))
    c.box(49, 23, 51, 27, BRASS if c.look % 2 else CREAM, 0.6)
    c.line([(37, 62), (40, 72)], 1, dark(hue, 0.45))
    c.line([(63, 62), (60, 72)], 1, dark(hue, 0.45))


def fleece(c: Canvas, hue: Colour) -> None:
    contrast = dark(hue, 0.45) if sum(hue) > 330 else light(hue, 0.4)
    _coat(c, hue, cuff=contrast)
    c.box(40, 15, 60, 29, dark(hue, 0.12), 4)
    c.box(43, 15, 57, 19, dark(hue, 0.45), 2)
    c.line([(50, 19), (50, 55 if c.look % 2 else 82)], 1.1, contrast)
    c.box(55, 38, 65, 50, contrast, 1.6)
    c.line([(55.6, 40.6), (64.4, 40.6)], 0.6, hue)
    for x, y in ((36, 66), (42, 74), (60, 62), (64, 74), (38, 44), (45, 58), (57, 72), (35, 54)):
        c.line([(x, y), (x + 1.4, y - 0.7)], 0.5, light(hue, 0.25))


def t_shirt(c: Canvas, hue: Colour) -> None:
    right = [(60, 20), (72, 25), (88, 44), (76, 53), (69, 45), (69, 86)]
    c.poly(mirrored(right), hue)
    c.poly([(69, 45), (76, 53), (88, 44), (86, 41.6), (75, 50)], dark(hue, 0.16))
    c.poly(_flip([(69, 45), (76, 53), (88, 44), (86, 41.6), (75, 50)]), dark(hue, 0.16))
    c.blob(mirrored([(52, 19.6), (59, 19.4), (57.6, 25), (52, 28.6)]), dark(hue, 0.3))
    c.blob(mirrored([(52, 19), (57, 19.2), (55.8, 23), (52, 25.6)]), dark(hue, 0.55))
    c.line([(31, 83.6), (69, 83.6)], 0.5, dark(hue, 0.2))
    motif = c.look % 4
    tone = light(hue, 0.5) if sum(hue) < 480 else dark(hue, 0.3)
    if motif == 1:
        for y in range(38, 80, 8):
            c.box(31, y, 69, y + 3, tone)
    elif motif == 2:
        c.oval(50, 48, 10, 10, tone)
        c.poly([(41, 52), (48, 41), (52, 47), (54.6, 44), (59, 52)], hue)
    elif motif == 3:
        c.box(55, 38, 64, 49, tone, 1)


def shirt(c: Canvas, hue: Colour) -> None:
    _coat(c, hue, cuff=light(hue, 0.22))
    c.box(31, 80, 69, 88, hue, 4)
    if c.look % 3 == 0:
        for x in range(34, 68, 5):
            c.line([(x, 30), (x, 86)], 0.5, light(hue, 0.4) if sum(hue) < 520 else dark(hue, 0.15))
    c.box(47.6, 26, 52.4, 87.6, light(hue, 0.16))
    for y in range(34, 86, 10):
        c.oval(50, y, 1, 1, CREAM if sum(hue) < 560 else LEATHER)
    c.poly([(42, 20), (58, 20), (50, 30)], dark(hue, 0.5))
    for collar in ([(41, 18), (50, 30), (43, 35), (37, 23)],):
        c.poly(collar, light(hue, 0.28))
        c.poly(_flip(collar), light(hue, 0.28))
    c.poly([(56, 40), (65, 40), (65, 49), (60.5, 52), (56, 49)], dark(hue, 0.1))


def trousers(c: Canvas, hue: Colour) -> None:
    c.poly(
        [(33, 10), (67, 10), (71, 40), (69, 92), (55, 92), (51, 44), (49, 44), (45, 92), (31, 92), (29, 40)],
        hue,
    )
    c.poly([(51, 44), (55, 92), (60, 92), (54, 40)], dark(hue, 0.14))
    c.poly([(49, 44), (45, 92), (40, 92), (46, 40)], dark(hue, 0.14))
    c.box(32.6, 9, 67.4, 15, dark(hue, 0.25), 1)
    for x in (37, 45, 55, 63):
        c.box(x - 0.7, 8.4, x + 0.7, 15.6, dark(hue, 0.45))
    c.oval(50, 12, 1.3, 1.3, BRASS)
    c.line([(50, 15), (50, 40)], 0.6, dark(hue, 0.4))
    c.line([(33, 26), (40, 16)], 0.8, dark(hue, 0.4))
    c.line([(67, 26), (60, 16)], 0.8, dark(hue, 0.4))
    if c.look % 2:
        c.box(58, 48, 68, 62, dark(hue, 0.14), 1.5)
        c.line([(58.6, 51.4), (67.4, 51.4)], 0.7, dark(hue, 0.45))
    c.box(31, 89, 45, 92, dark(hue, 0.25))
    c.box(55, 89, 69, 92, dark(hue, 0.25))


def socks(c: Canvas, hue: Colour) -> None:
    accent = light(hue, 0.55) if sum(hue) < 480 else dark(hue, 0.35)
    for shift, tone in ((20, dark(hue, 0.15)), (0, hue)):
        c.box(26 + shift, 12, 45 + shift, 62, tone, 3)
        c.blob(
            [
                (26 + shift, 54),
                (45 + shift, 54),
                (50 + shift, 63),
                (62 + shift, 72),
                (64 + shift, 82),
                (56 + shift, 87),
                (40 + shift, 82),
                (28 + shift, 72),
            ],
            tone,
        )
        c.blob(
            [(54 + shift, 67.5), (62 + shift, 72), (64 + shift, 82), (56 + shift, 87), (51 + shift, 84)],
            accent,
        )
        c.blob([(26 + shift, 60), (35 + shift, 64), (35 + shift, 77), (28 + shift, 72)], accent)
        c.box(26 + shift, 11, 45 + shift, 20, accent, 2)
        for x in range(29, 45, 3):
            c.line([(x + shift, 12), (x + shift, 19)], 0.4, tone)
        if c.look % 2:
            c.box(26 + shift, 26, 45 + shift, 29, accent)
            c.box(26 + shift, 32, 45 + shift, 34, accent)


def beanie(c: Canvas, hue: Colour) -> None:
    if c.look % 2:
        c.oval(50, 18, 8, 8, light(hue, 0.4))
        c.oval(48.6, 16.6, 5, 5, light(hue, 0.55))
    c.blob([(23, 66), (25, 44), (36, 26), (50, 21), (64, 26), (75, 44), (77, 66), (50, 68)], hue)
    for offset in range(-4, 5):
        c.line(
            [(50 + offset * 1.6, 24), (50 + offset * 4.8, 42), (50 + offset * 5.8, 64)],
            0.6,
            dark(hue, 0.16),
            curved=True,
        )
    c.box(20, 59, 80, 77, dark(hue, 0.1), 5)
    for x in range(24, 79, 4):
        c.line([(x, 61), (x, 75)], 0.7, dark(hue, 0.26))
    c.box(62, 64, 71, 72, LEATHER, 1)
    c.poly([(64, 70), (66.5, 66), (69, 70)], CREAM)


def boots(c: Canvas, hue: Colour) -> None:
    c.shadow(51, 84.4, 38, (214, 206, 194))
    for shift, tone in ((9, dark(hue, 0.25)), (0, hue)):
        up = -shift * 0.5
        c.blob(
            [
                (24 + shift, 26 + up),
                (47 + shift, 24 + up),
                (50 + shift, 44 + up),
                (62 + shift, 56 + up),
                (80 + shift, 64 + up),
                (84 + shift, 77 + up),
                (50 + shift, 79 + up),
                (24 + shift, 78 + up),
                (22 + shift, 50 + up),
            ],
            tone,
        )
        c.box(20 + shift, 76 + up, 86 + shift, 84 + up, INK, 2.5)
        for x in range(24, 84, 8):
            c.box(x + shift, 82 + up, x + 4 + shift, 86 + up, INK, 0.6)
    c.box(22, 75, 85, 77.4, CREAM, 1)
    c.blob([(70, 62), (80, 64), (84, 75.4), (66, 75.4), (67, 66)], dark(hue, 0.3))
    c.blob([(23, 52), (32, 56), (34, 75), (23, 75)], dark(hue, 0.3))
    c.box(23, 22, 48, 30, dark(hue, 0.4), 3.6)
    for i in range(5):
        lace, row = 45 + i * 3.4 + (i > 2) * 2, 33 + i * 6.4
        c.line([(lace - 7, row + 1.6), (lace + 1.4, row)], 1, CREAM)
        c.oval(lace - 7, row + 1.6, 1.1, 1.1, BRASS)


FIGURES = {
    "rain-jacket": rain_jacket,
    "down-jacket": down_jacket,
    "fleece": fleece,
    "t-shirt": t_shirt,
    "shirt": shirt,
    "trousers": trousers,
    "socks": socks,
    "beanie": beanie,
    "boots": boots,
}
