"""Tableware, cookware and tools."""

from config.demo.drawings.canvas import BRASS, CREAM, INK, STEEL, WOOD, Canvas, Colour, dark, light, smooth

TABLE: Colour = (208, 214, 217)


def _speckles(c: Canvas, hue: Colour, x: float, y: float, wide: float, high: float) -> None:
    """The iron spots of stoneware, strewn evenly enough without chance."""
    for i in range(26):
        c.oval(x + (i * 37 % 100) / 100 * wide, y + (i * 61 % 100) / 100 * high, 0.32, 0.32, dark(hue, 0.3))


def mug(c: Canvas, hue: Colour) -> None:
    c.shadow(47, 82, 27, TABLE)
    c.ring(70, 54, 14, 16, 4.4, dark(hue, 0.14))
    if c.look % 2:
        c.poly([(22, 30), (72, 30), (72, 76), (66, 82), (28, 82), (22, 76)], hue)
    else:
        c.blob([(22, 30), (47, 30), (72, 30), (71, 62), (63, 82), (47, 83), (31, 82), (23, 62)], hue)
    c.poly([(60, 32), (72, 31), (71.4, 66), (64, 80), (58, 80)], dark(hue, 0.08))
    _speckles(c, hue, 27, 40, 40, 38)
    if c.look % 3 == 0:
        c.box(23, 58, 71, 64, light(hue, 0.45) if sum(hue) < 540 else dark(hue, 0.2))
    c.box(31, 80, 63, 84, (203, 178, 148), 1.5)
    c.oval(47, 30, 25, 5.4, light(hue, 0.22))
    c.oval(47, 30.8, 22.6, 4.2, (86, 56, 40))
    c.oval(42, 30.4, 9, 1.3, (112, 76, 54))
    for x in (40, 50):
        c.line([(x, 23), (x - 2.6, 18), (x + 1.6, 13), (x - 1, 8)], 0.8, (226, 226, 224), curved=True)


def bowl(c: Canvas, hue: Colour) -> None:
    c.shadow(50, 79, 27, TABLE)
    c.box(39, 74, 61, 80, dark(hue, 0.24), 2)
    c.blob([(13, 42), (50, 43), (87, 42), (80, 62), (64, 75), (50, 77), (36, 75), (20, 62)], hue)
    c.blob([(66, 44), (87, 42), (80, 62), (64, 75), (58, 76)], dark(hue, 0.09))
    _speckles(c, hue, 26, 54, 48, 18)
    c.oval(50, 42, 37.4, 8.4, light(hue, 0.28))
    c.oval(50, 43, 34.4, 6.8, dark(hue, 0.28))
    if c.look % 2:
        for x, tone in (
            (34, (206, 78, 60)),
            (46, (230, 178, 74)),
            (58, (122, 152, 84)),
            (67, (206, 78, 60)),
            (40, (122, 152, 84)),
            (52, (206, 78, 60)),
        ):
            c.oval(x, 40.6 + x % 3, 6, 3.4, tone)
    else:
        c.oval(50, 45, 30, 4.4, dark(hue, 0.4))


def plate(c: Canvas, hue: Colour) -> None:
    c.oval(51, 53, 38, 38, TABLE)
    c.oval(50, 51, 38, 38, dark(hue, 0.16))
    c.oval(50, 50, 38, 38, hue)
    c.oval(50, 50, 27.6, 27.6, dark(hue, 0.12))
    c.oval(50, 50.7, 27, 27, light(hue, 0.14))
    _speckles(c, hue, 30, 34, 40, 34)
    rim = light(hue, 0.45) if sum(hue) < 540 else dark(hue, 0.26)
    if c.look % 3 == 0:
        c.ring(50, 50, 36.6, 36.6, 0.9, rim)
    elif c.look % 3 == 1:
        c.ring(50, 50, 34, 34, 0.5, rim)
        c.ring(50, 50, 32.4, 32.4, 0.5, rim)
    c.line([(10, 26), (8, 30), (8, 86)], 1.3, STEEL)
    for x in (5.6, 8, 10.4):
        c.line([(x, 14), (x, 26)], 0.7, STEEL)
    c.line([(5.6, 26), (10.4, 26)], 1.2, STEEL)


def teapot(c: Canvas, hue: Colour) -> None:
    c.shadow(48, 82, 30, TABLE)
    c.blob([(66, 62), (78, 56), (84, 40), (92, 37), (90, 44), (86, 64), (70, 76)], dark(hue, 0.12))
    if c.look % 2:
        c.line([(28, 42), (34, 14), (48, 10), (62, 14), (68, 42)], 2.4, WOOD, curved=True)
    else:
        c.ring(20, 56, 13, 15, 3.6, dark(hue, 0.14))
    c.blob([(18, 60), (25, 42), (48, 36), (71, 42), (78, 60), (68, 79), (48, 83), (28, 79)], hue)
    c.blob([(26, 58), (31, 47), (40, 42), (35, 54), (32, 66)], light(hue, 0.3))
    _speckles(c, hue, 34, 50, 36, 26)
    c.oval(48, 39.6, 16, 3.4, dark(hue, 0.3))
    c.blob([(33, 39), (40, 32), (48, 30.6), (56, 32), (63, 39), (48, 41)], light(hue, 0.1))
    c.oval(48, 28.6, 3.6, 3.4, WOOD)


def pan(c: Canvas, hue: Colour) -> None:
    c.oval(41, 60, 33, 31, TABLE)
    c.line([(62, 36), (90, 10)], 5.2, WOOD if c.look % 2 else INK)
    c.line([(60, 38), (69, 29.4)], 6, dark(STEEL, 0.2))
    c.oval(89, 11, 1.3, 1.3, CREAM)
    c.oval(40, 57, 33, 31, dark(hue, 0.3))
    c.oval(40, 56, 33, 31, light(hue, 0.1))
    c.oval(40, 56.6, 28.6, 26.6, dark(hue, 0.26))
    c.oval(40, 57.4, 27, 25, dark(hue, 0.4))
    if c.look % 3:
        c.blob([(28, 52), (36, 44), (47, 46), (54, 55), (50, 66), (38, 70), (28, 64)], (250, 248, 240))
        c.oval(41, 57, 7, 6.8, (240, 180, 60))
        c.oval(39, 55, 2.2, 1.8, (250, 214, 130))
    else:
        c.line([(22, 50), (30, 40), (40, 36)], 1.2, light(hue, 0.1), curved=True)


def saucepan(c: Canvas, hue: Colour) -> None:
    c.shadow(46, 82, 32, TABLE)
    if c.look % 2:
        c.box(72, 50, 97, 55.4, INK, 2.6)
    else:
        c.box(8, 50, 20, 56, dark(hue, 0.35), 2.6)
        c.box(72, 50, 84, 56, dark(hue, 0.35), 2.6)
    c.box(17, 44, 75, 82, hue, 6)
    c.box(17, 44, 75, 56, hue)
    c.box(23, 50, 27, 76, light(hue, 0.3), 2)
    c.box(63, 48, 75, 79, dark(hue, 0.12), 5)
    c.box(15, 41, 77, 46, light(hue, 0.2), 2)
    c.blob([(17, 41.4), (24, 34), (46, 30), (68, 34), (75, 41.4), (46, 42)], dark(hue, 0.14))
    c.box(43.6, 25, 48.4, 32, BRASS, 1)
    c.oval(46, 24, 5, 2.6, BRASS)


def knife(c: Canvas, hue: Colour) -> None:
    long = (56, 48, 63)[c.look % 3]

    def at(along: float, across: float) -> tuple[float, float]:
        """A point of the blade: `along` it from the bolster, `across` it from spine towards edge."""
        return 41 + (along + across) * 0.707, 60 + (across - along) * 0.707

    edge = [at(0, 8), at(long * 0.5, 8), at(long * 0.8, 4.5), at(long, -4)]
    c.poly([*smooth(edge, closed=False), at(0, -4)], STEEL)
    bevel = [at(long, -4), at(long * 0.8, 2.6), at(long * 0.5, 5.4), at(0, 5.4)]
    c.poly([*smooth(edge, closed=False), *smooth(bevel, closed=False)], light(STEEL, 0.5))
    c.line([(38, 57), (46, 65)], 3.6, dark(STEEL, 0.35))
    c.line([(40, 62), (17, 84)], 7, dark(hue, 0.1))
    c.line([(38.6, 61), (17, 81.6)], 2, light(hue, 0.2))
    for share in (0.2, 0.5, 0.8):
        c.oval(40 - 23 * share, 62 + 22 * share, 1.1, 1.1, BRASS)


def board(c: Canvas, hue: Colour) -> None:
    c.box(21, 26, 83, 92, TABLE, 7)
    c.box(43, 6, 57, 30, hue, 6)
    c.box(19, 22, 81, 90, hue, 7)
    for i in range(7):
        x = 25 + i * 8.4
        c.line([(x, 24), (x + (1.6 if i % 2 else -1.6), 52), (x + 0.6, 88)], 0.6, dark(hue, 0.14), curved=True)
    c.oval(50, 12.4, 3, 3, dark(hue, 0.5))
    if c.look % 2:
        for corner in ((25, 28, 75, 28), (25, 84, 75, 84), (25, 28, 25, 84), (75, 28, 75, 84)):
            c.line([corner[:2], corner[2:]], 1.1, dark(hue, 0.25))
    for x, y in ((40, 58), (56, 66)):
        c.oval(x, y, 9, 9, (200, 66, 52))
        c.oval(x, y, 7.6, 7.6, (226, 104, 82))
        for dx, dy in ((-3, -2), (3, -2), (0, 3.4)):
            c.oval(x + dx, y + dy, 1.8, 1.5, (244, 196, 140))
    c.blob([(58, 48), (64, 40), (72, 42), (66, 50)], (104, 140, 84))


def apron(c: Canvas, hue: Colour) -> None:
    strap = dark(hue, 0.4)
    c.line([(38, 24), (40, 9), (50, 5), (60, 9), (62, 24)], 1.8, strap, curved=True)
    c.line([(28, 50), (14, 54), (12, 70)], 1.6, strap, curved=True)
    c.line([(72, 50), (86, 54), (88, 70)], 1.6, strap, curved=True)
    c.poly([(37, 22), (63, 22), (65, 36), (73, 48), (76, 92), (24, 92), (27, 48), (35, 36)], hue)
    if c.look % 3 == 1:
        for x in range(30, 74, 5):
            c.line(
                [(x, 50), (x + (x - 50) * 0.06, 91)],
                0.6,
                light(hue, 0.4) if sum(hue) < 520 else dark(hue, 0.2),
            )
    c.box(36.6, 22, 63.4, 25.6, dark(hue, 0.18))
    c.box(34, 58, 66, 78, dark(hue, 0.12), 2)
    c.line([(50, 58.6), (50, 77.4)], 0.7, dark(hue, 0.4))
    c.line([(34.6, 61), (65.4, 61)], 0.6, dark(hue, 0.4))
    c.line([(59, 60), (60, 44)], 1.3, WOOD)
    c.oval(60, 42, 2.6, 3.8, WOOD)
    for x in (40, 60):
        c.oval(x, 27.8, 1, 1, BRASS)


FIGURES = {
    "mug": mug,
    "bowl": bowl,
    "plate": plate,
    "teapot": teapot,
    "pan": pan,
    "saucepan": saucepan,
    "knife": knife,
    "board": board,
    "apron": apron,
}
