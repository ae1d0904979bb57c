"""Pictures: one for each kind and colour, square, quick and the same every time."""

from io import BytesIO
from time import process_time

import pytest
from PIL import Image, ImageStat

from config.demo.pictures import FIGURES, SIDE, draw
from config.demo.shapes import Product
from config.demo.shop import build

PRODUCTS = build().products
ONE_OF_EACH = tuple({row.kind: row for row in PRODUCTS}.values())


def _open(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_every_kind_has_a_figure_and_every_figure_a_product() -> None:
    assert set(FIGURES) == {row.kind for row in PRODUCTS}


@pytest.mark.parametrize("product", ONE_OF_EACH, ids=lambda row: row.kind)
def test_a_figure_is_drawn_square_and_is_more_than_its_background(product: Product) -> None:
    image = _open(draw(product, product.pictures[0].colour))
    assert image.size == (SIDE, SIDE) == (800, 800)
    assert image.format == "JPEG"
    middle = image.crop((200, 200, 600, 600))
    # The background alone is one even tone there.
    assert max(ImageStat.Stat(middle).stddev) > 5


def test_the_same_product_and_colour_give_the_same_bytes() -> None:
    jacket = next(row for row in PRODUCTS if row.kind == "rain-jacket")
    hue = jacket.pictures[0].colour
    assert draw(jacket, hue) == draw(jacket, hue)


def test_the_picture_shows_the_colour_of_the_variant() -> None:
    shirt = next(row for row in PRODUCTS if row.kind == "t-shirt")
    blue, red = (_open(draw(shirt, hue)).getpixel((300, 640)) for hue in ("navy", "poppy"))
    assert isinstance(blue, tuple) and blue[2] > blue[0]
    assert isinstance(red, tuple) and red[0] > red[2]


def test_an_unknown_colour_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw(PRODUCTS[0], "ultraviolet")


def test_file_names_are_unique() -> None:
    names = [picture.file_name for row in PRODUCTS for picture in row.pictures]
    assert len(names) == len(set(names)) > 500


def test_three_hundred_pictures_take_less_than_fifteen_seconds_of_one_core() -> None:
    started = process_time()
    for row in ONE_OF_EACH:
        draw(row, row.pictures[0].colour)
    assert (process_time() - started) / len(ONE_OF_EACH) * 300 < 15
