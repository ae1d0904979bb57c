"""Files of downloadable products: links that are sold, and samples.

The files themselves are copied from Magento's `media/downloadable` to `private/downloadable` of the storage. Links that
are sold singly become the answers to one question, each with its price; otherwise a link's price says nothing in
Magento either, and the product gives all of its files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from catalog.catalog.composition.checking import MOST_CHOICES
from catalog.catalog.downloads.inputs import FILES
from catalog.catalog.downloads.models import PRIVATE
from catalog.commands import ChoiceInput, FileInput, ProductOptionInput
from catalog.legacy.choices import cut
from catalog.legacy.surcharges import added, of_website
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Note, Values, labels
from catalog.product.composition import ProductOption
from chassis.ids import migrated_id
from chassis.mirrors import Row, Rows

LINK, SAMPLE = "downloadable_link", "downloadable_sample"
SINGLY = "links_purchased_separately"
FOLDER = f"{PRIVATE}downloadable/files"
_MOST_DOWNLOADS = 100_000


@dataclass(frozen=True, kw_only=True)
class Attached:
    """Titles and prices of links and samples, read once for many products."""

    links: Mapping[str, Rows] = field(default_factory=dict)
    samples: Mapping[str, Rows] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, products: Iterable[Rows]) -> "Attached":
        """What belongs to the files of these products."""
        products = list(products)
        links = {row["link_id"] or "" for rows in products for row in rows.all(LINK)}
        samples = {row["sample_id"] or "" for rows in products for row in rows.all(SAMPLE)}
        return cls(
            links=MIRROR.rows_of(source, "download_link", links) if links else {},
            samples=MIRROR.rows_of(source, "download_sample", samples) if samples else {},
        )


def sold_singly(values: Values) -> bool:
    """Whether who buys chooses among the links and pays for each."""
    return values.default(SINGLY) == "1"


def files_of(values: Values, rows: Rows, attached: Attached, note: Note) -> tuple[FileInput, ...]:
    """Links, their samples and the product's samples, in order."""
    found, source = [], values.shop.source
    for row in _ordered(rows.all(LINK), "link_id"):
        id_ = row["link_id"] or ""
        titles = {"": id_, **labels(values.shop, attached.links.get(id_, Rows()).all(f"{LINK}_title"), "title")}
        if row["is_shareable"] == "1":
            note("link_for_everybody", f"{id_}: who has a link of ours needs no sign-in either, but it expires")
        if path := _path(row["link_file"], row["link_type"], "links", f"link {id_}", note):
            most = int(row["number_of_downloads"] or 0)
            if most > _MOST_DOWNLOADS:
                note("downloads_without_limit", f"link {id_}: {most}")
                most = 0
            found.append(_file(source, f"link-{id_}", path, titles, most=most))
        if (row["sample_file"] or row["sample_url"]) and (
            path := _path(row["sample_file"], row["sample_type"], "link_samples", f"sample of link {id_}", note)
        ):
            found.append(_file(source, f"link-{id_}-sample", path, titles, is_sample=True))
    for row in _ordered(rows.all(SAMPLE), "sample_id"):
        id_ = row["sample_id"] or ""
        titles = {"": id_, **labels(values.shop, attached.samples.get(id_, Rows()).all(f"{SAMPLE}_title"), "title")}
        if path := _path(row["sample_file"], row["sample_type"], "samples", f"sample {id_}", note):
            found.append(_file(source, f"sample-{id_}", path, titles, is_sample=True))
    return tuple(found)


def links_option(
    values: Values, rows: Rows, attached: Attached, files: Iterable[FileInput], note: Note
) -> tuple[ProductOptionInput, ...]:
    """The question which links are bought, where they are sold singly."""
    if not sold_singly(values):
        return ()
    sold = {file.code: file for file in files if not file.is_sample}
    choices = []
    for row in _ordered(rows.all(LINK), "link_id"):
        id_ = row["link_id"] or ""
        prices = attached.links.get(id_, Rows()).all(f"{LINK}_price")
        more = added(values.shop, of_website(prices), f"link {id_}", note)
        if more and (file := sold.get(f"link-{id_}")):
            choices.append(ChoiceInput(code=file.code, labels=file.labels, prices=more.prices))
    if not choices:
        note("option_without_choices", FILES)
        return ()
    named = values.scoped("links_title", note) if "links_title" in values.rows else {}
    return (
        ProductOptionInput(
            code=FILES,
            labels={"": "Links", **named},
            kind=ProductOption.MULTI_SELECT,
            choices=cut(choices, MOST_CHOICES, "links", note),
        ),
    )


def _ordered(rows: Iterable[Row], key: str) -> list[Row]:
    return sorted(rows, key=lambda row: (int(row["sort_order"] or 0), int(row[key] or 0)))


def _path(file: str | None, type_: str | None, folder: str, what: str, note: Note) -> str:
    if type_ != "file" or not file:
        note("file_elsewhere", f"{what} is an address, not a file" if type_ == "url" else f"{what} has no file")
        return ""
    if ".." in PurePosixPath(file).parts:
        note("file_elsewhere", f"{what}: {file}")
        return ""
    return f"{FOLDER}/{folder}/{file.lstrip('/')}"


def _file(
    source: str, code: str, path: str, titles: Mapping[str, str], *, is_sample: bool = False, most: int = 0
) -> FileInput:
    return FileInput(
        id=migrated_id(source, "download", code),
        code=code,
        path=path,
        labels=titles,
        is_sample=is_sample,
        most_downloads=most or None,
    )
