"""A document on paper: A4, made of the stored document alone, so that it reads the same whenever it is asked for.

Roboto has Latin with all of Vietnamese, Greek and Cyrillic; what it lacks is shown as an empty box.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import font_roboto
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from chassis.money import amount_text
from commerce.document.models import CREDIT_NOTE, Document
from commerce.document.words import Writing

REGULAR, BOLD = "Roboto", "Roboto-Bold"
MARGIN, WIDTH = 20 * mm, A4[0] - 40 * mm
PADDING = 6  # of the frame, by its maker
LINES, FIGURES = (76 * mm, 20 * mm, 28 * mm, 18 * mm, 28 * mm), (WIDTH - 35 * mm, 35 * mm)
LEFT = ParagraphStyle("left", fontName=REGULAR, fontSize=9, leading=12)
RIGHT = ParagraphStyle("right", parent=LEFT, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", parent=LEFT, fontSize=7.5, leading=10, textColor=colors.HexColor("#555555"))
TITLE = ParagraphStyle("title", parent=LEFT, fontName=BOLD, fontSize=18, leading=24)
RULE = colors.HexColor("#999999")
BARE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
)
RULED = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, RULE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
)
SUMMED = TableStyle(
    [
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("LINEABOVE", (1, -1), (-1, -1), 0.8, RULE),
    ]
)


def pdf(document: Document) -> bytes:
    """The document's file; the same bytes each time."""
    _fonts()
    writing, buffer = Writing(document.locale), BytesIO()
    title = f"{writing.words[document.kind]} {document.number}"
    paper = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN - PADDING,
        rightMargin=MARGIN - PADDING,
        topMargin=MARGIN,
        bottomMargin=28 * mm,
        title=title,
        author=document.seller["name"],
        lang=str(writing.locale).replace("_", "-"),
        invariant=1,
    )
    footer = _footer(document, writing)
    paper.build([*_head(document, writing), *_body(document, writing)], onFirstPage=footer, onLaterPages=footer)
    return buffer.getvalue()


def _head(document: Document, writing: Writing) -> Iterator[Flowable]:
    """Both parties, what it is, and what it belongs to."""
    words = writing.words
    yield _columns(_party(document.seller, writing), _party(document.buyer, writing))
    yield Spacer(0, 12 * mm)
    yield _text(words[document.kind], TITLE)
    yield Spacer(0, 3 * mm)
    facts = [(words["number"], document.number), (words["date"], writing.day(document.dated))]
    facts += [(words["order"], document.order.number), (words["ordered_on"], writing.day(document.ordered_on))]
    if document.corrects:
        facts.append((words["corrects"], ", ".join(document.corrects)))
    yield Table(
        [[_text(name), _text(value)] for name, value in facts], colWidths=(35 * mm, WIDTH - 35 * mm), style=BARE
    )
    yield Spacer(0, 8 * mm)


def _body(document: Document, writing: Writing) -> Iterator[Flowable]:
    """What was sold, the figures, and why no tax is due."""
    if document.lines:
        yield _lines(document, writing)
        yield Spacer(0, 4 * mm)
    yield _figures(document, writing)
    if document.note:
        yield Spacer(0, 6 * mm)
        yield _text(document.note)


def _lines(document: Document, writing: Writing) -> Table:
    words, currency = writing.words, document.currency
    heads = ("description", "quantity", "unit_price", "tax_percent", "amount")
    rows = [[_text(words[name], LEFT if name == "description" else RIGHT, bold=True) for name in heads]]
    for line in document.lines:
        about = [_text(line["name"]), _text(" · ".join(filter(None, (line["sku"], line["options"]))), SMALL)]
        if Decimal(line["discount"]):
            about.append(_text(f"{words['discount']}: {writing.money(-Decimal(line['discount']), currency)}", SMALL))
        cells = (
            writing.number(Decimal(line["quantity"])),
            writing.money(_price(line["unit_price"], document), currency),
            " + ".join(f"{writing.number(Decimal(percent))} %" for percent in line["percents"] if Decimal(percent)),
            writing.money(_price(line["total"], document), currency),
        )
        rows.append([about, *(_text(cell, RIGHT) for cell in cells)])
    return Table(rows, colWidths=LINES, repeatRows=1, style=RULED)


def _figures(document: Document, writing: Writing) -> Table:
    words = writing.words
    figures: list[tuple[str, Decimal]] = []
    if document.lines:
        figures += [(words["goods"], document.subtotal), (words["shipping"], document.shipping)]
    elif document.kind == CREDIT_NOTE:
        figures.append((words["refund"], document.subtotal))
    figures.append((words["net"], document.total - document.tax))
    for tax in document.taxes:
        percent = f" {writing.number(Decimal(tax['percent']))} %" if Decimal(tax["percent"]) else ""
        figures.append((f"{words['tax_in_it']}{percent}", Decimal(tax["amount"])))
    rows = [_figure(name, amount, document, writing) for name, amount in figures]
    rows.append(_figure(words["total"], document.total, document, writing, bold=True))
    return Table(rows, colWidths=FIGURES, style=SUMMED)


def _figure(name: str, amount: Decimal, document: Document, writing: Writing, *, bold: bool = False) -> list[Flowable]:
    money = writing.money(_price(amount, document), document.currency)
    return [_text(name, RIGHT, bold=bold), _text(money, RIGHT, bold=bold)]


def _party(party: Mapping[str, Any], writing: Writing) -> list[Flowable]:
    """Name and address, a line each for what there is of it."""
    place = f"{party.get('postcode', '')} {party.get('city', '')}".strip()
    region = ", ".join(filter(None, (party.get("region"), writing.country(party.get("country", "")))))
    vat = f"{writing.words['vat_number']}: {party['vat_number']}" if party.get("vat_number") else ""
    parts = (*(party.get(name) for name in ("company", "name", "street")), place, region, party.get("email"), vat)
    return [_text(part) for part in parts if part]


def _footer(document: Document, writing: Writing) -> Any:
    footer = _text(document.seller.get("footer", ""), SMALL)

    def draw(canvas: Any, paper: Any) -> None:
        canvas.setFont(REGULAR, 7.5)
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, f"{document.number} · {writing.words['page']} {paper.page}")
        _, height = footer.wrap(WIDTH - 45 * mm, 18 * mm)
        footer.drawOn(canvas, MARGIN, max(22 * mm - height, 6 * mm))

    return draw


def _columns(left: list[Flowable], right: list[Flowable]) -> Table:
    return Table([[left, right]], colWidths=(WIDTH / 2, WIDTH / 2), style=BARE)


def _text(text: str, style: ParagraphStyle = LEFT, *, bold: bool = False) -> Paragraph:
    """Text as it is, not as markup; accents in the composed form that the font has glyphs for."""
    plain = escape(unicodedata.normalize("NFC", text)).replace("\n", "<br/>")
    return Paragraph(f"<b>{plain}</b>" if bold else plain, style)


def _price(amount: Any, document: Document) -> Decimal:
    """An amount with the decimals that it needs, and no fewer than its currency has."""
    return Decimal(amount_text(Decimal(amount), document.currency))


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(REGULAR, font_roboto.Roboto))
    pdfmetrics.registerFont(TTFont(BOLD, font_roboto.RobotoBold))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
