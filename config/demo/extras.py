"""Sets, a group, a download, gift cards, a collection, pages and opinions, made of what the demo shop has already."""

import io
from collections.abc import Iterator
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from catalog import commands as catalog
from catalog.catalog.queries import view_facts
from chassis.messages import Lane
from config.demo import goods
from config.demo.progress import Progress
from config.demo.seeded import Seed
from config.demo.shapes import DemoShop, Product, Text
from config.demo.wording import labels, scoped
from config.demo.words import extras as words

PART_OF_EACH = 4
REVIEWED = 40
FILE = "private/demo/knots.pdf"
SAMPLE = "private/demo/knots-sample.pdf"


def load(demo: DemoShop, progress: Progress) -> None:
    """Everything of it that is not there yet."""
    progress.stage("files sold", [FILE, SAMPLE], _write_file, unit="files")
    extras = list(products(demo))
    progress.stage("sets and more", extras, lambda one: catalog.save_product(one, lane=Lane.BULK), unit="products")
    progress.stage("collections", list(demo.channels), lambda channel: _collect(demo, channel.code))
    contents = list(content(demo))
    progress.stage("content", contents, catalog.define_content, unit="pages")
    progress.stage("reviews", list(_reviewed(demo)), lambda row: _review(demo, *row))


def products(demo: DemoShop) -> Iterator[catalog.SaveProduct]:
    """Bundles of both kinds, a grouped product, a download and gift cards."""
    channels = tuple(channel.code for channel in demo.channels)
    for sku, name, summary, parts, euros in words.BUNDLES:
        questions = tuple(_question(demo, kind, label) for kind, label in parts)
        yield _product(
            demo,
            sku,
            name,
            summary,
            kind="bundle",
            picture=_of_kind(demo, parts[0][0])[0],
            dynamic_price=not euros,
            options=questions,
            prices=_prices(channels, euros) if euros else None,
        )
    sku, name, summary, kind = words.GROUPED
    knives = _of_kind(demo, kind)
    members = tuple(catalog.MemberInput(sku=knife.sku) for knife in knives)
    yield _product(demo, sku, name, summary, kind="grouped", picture=knives[0], members=members)
    sku, name, summary, euros = words.DOWNLOAD
    files = (
        catalog.FileInput(code="book", path=FILE, labels=labels(demo.views, name), most_downloads=5, days=365),
        catalog.FileInput(code="sample", path=SAMPLE, labels=labels(demo.views, name), is_sample=True),
    )
    yield _product(
        demo, sku, name, summary, kind="downloadable", files=files, prices=_prices(channels, euros), tax_class="reduced"
    )
    sku, name, summary, amounts = words.GIFT_CARD
    card = catalog.GiftCardInput(
        amounts=dict.fromkeys(channels, tuple(map(Decimal, amounts))),
        least=dict.fromkeys(channels, Decimal(10)),
        most=dict.fromkeys(channels, Decimal(500)),
    )
    yield _product(demo, sku, name, summary, kind="gift_card", gift_card=card)


def content(demo: DemoShop) -> Iterator[catalog.DefineContent]:
    """Pages for the menu, and blocks."""
    for position, (code, title, body) in enumerate(words.PAGES):
        texts = scoped(demo.views, title=title, body=body)
        yield catalog.DefineContent(code=code, texts=texts, in_menu=True, position=position)
    for code, body in words.BLOCKS:
        yield catalog.DefineContent(code=code, kind="block", texts=scoped(demo.views, body=body))


def _product(
    demo: DemoShop, sku: str, name: Text, summary: Text, *, picture: Product | None = None, **more: object
) -> catalog.SaveProduct:
    facts: dict[str, object] = {
        "id": Seed(demo.seed).id("product", sku),
        "sku": sku,
        "texts": scoped(demo.views, name=name, short_description=summary),
        "channels": tuple(channel.code for channel in demo.channels),
        "media": goods.media(picture, views=demo.views) if picture else (),
        "places": tuple(catalog.PlaceInput(category=view) for view in sorted({v.root_category for v in demo.views})),
        "similar_slugs": True,
    }
    return catalog.SaveProduct(**{**facts, **more})  # type: ignore[arg-type]


def _question(demo: DemoShop, kind: str, label: Text) -> catalog.ProductOptionInput:
    parts = _of_kind(demo, kind)
    return catalog.ProductOptionInput(
        code=kind,
        labels=labels(demo.views, label),
        choices=tuple(
            catalog.ChoiceInput(code=part.sku.lower(), component=part.sku, is_default=part is parts[0])
            for part in parts
        ),
    )


def _of_kind(demo: DemoShop, kind: str) -> list[Product]:
    """The first of a kind that every channel sells."""
    everywhere = [p for p in demo.products if p.kind == kind and len(p.channels) == len(demo.channels)]
    return everywhere[:PART_OF_EACH]


def _prices(channels: tuple[str, ...], amount: int) -> tuple[catalog.PriceInput, ...]:
    return tuple(catalog.PriceInput(channel=channel, amount=Decimal(amount)) for channel in channels)


def _collect(demo: DemoShop, channel: str) -> None:
    code, name, amount = words.COLLECTION
    catalog.define_category(
        catalog.DefineCategory(
            code=f"{channel}-{code}",
            parent=f"{channel}-root",
            texts=scoped(demo.views, name=name),
            similar_slugs=True,
            position=99,
            rule={"all": [{"price": channel, "to": str(amount)}, {"not": {"kind": "virtual"}}]},
        )
    )


def _reviewed(demo: DemoShop) -> Iterator[tuple[int, Product]]:
    """Every seventh product; what is said differs from one to the next."""
    yield from enumerate([product for product in demo.products if "home" in product.channels][::7][:REVIEWED])


def _review(demo: DemoShop, number: int, product: Product) -> None:
    people = [person for person in demo.customers if person.channel == "home"]
    for step in range(1 + number % 3):
        rating, nickname, title, text = words.REVIEWS[(number + step) % len(words.REVIEWS)]
        view = ("en", "de")[(number + step) % 2]
        locale = next(row.locale for row in demo.views if row.code == view)
        command = catalog.WriteReview(
            slug=product.slugs[view],
            customer=people[(number * 3 + step) % len(people)].id,
            nickname=nickname,
            rating=rating,
            title=title.at(locale),
            text=text.at(locale),
        )
        review = catalog.write_review(command, view=view_facts(view))
        # The last ones wait, so that staff find something to do.
        if number < REVIEWED - 4:
            catalog.approve_review(review.id)


def _write_file(path: str) -> None:
    if default_storage.exists(path):
        return
    sheet = Image.new("RGB", (595, 842), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((60, 60), "Twelve Knots" if path == FILE else "Twelve Knots: a sample", fill="black")
    for turn in range(12 if path == FILE else 1):
        left, top = 80 + turn % 3 * 150, 120 + turn // 3 * 150
        draw.ellipse((left, top, left + 100, top + 100), outline="black")
    out = io.BytesIO()
    sheet.save(out, "PDF")
    default_storage.save(path, ContentFile(out.getvalue()))
