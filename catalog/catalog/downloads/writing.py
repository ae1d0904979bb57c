"""Writing the files of downloadable products, inside the unit of work that saves them."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog.catalog.downloads.inputs import FileInput
from catalog.catalog.downloads.models import PRIVATE, DownloadFile
from catalog.catalog.errors import InvalidProduct
from catalog.product.models import Product
from chassis.ids import new_id

if TYPE_CHECKING:
    from catalog.catalog.inputs import SaveProduct


def write_files(saved: Sequence[tuple["SaveProduct", Product]]) -> None:
    """A product's files become those named; what was sold before stays fetchable, so that no row is removed."""
    asked = {product.id: command.files for command, product in saved if command.files is not None}
    if not asked:
        return
    rows = []
    for product, files in asked.items():
        if len({file.code for file in files}) != len(files):
            raise InvalidProduct("Each file needs a code of its own.", field="/files")
        for position, file in enumerate(files):
            _check(file, f"/files/{position}")
            rows.append(
                DownloadFile(
                    id=file.id or new_id(),
                    product_id=product,
                    code=file.code,
                    path=file.path,
                    file_name=file.file_name or PurePosixPath(file.path).name,
                    labels=dict(file.labels),
                    is_sample=file.is_sample,
                    most_downloads=file.most_downloads,
                    days=file.days,
                    position=position,
                )
            )
    DownloadFile.objects.filter(product__in=list(asked)).update(offered=False)
    written = ["path", "file_name", "labels", "is_sample", "most_downloads", "days", "position", "offered"]
    DownloadFile.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["product", "code"], update_fields=written
    )


def _check(file: FileInput, where: str) -> None:
    parts = PurePosixPath(file.path).parts
    if not file.path.startswith(PRIVATE) or ".." in parts or "\0" in file.path or len(parts) < 2:
        raise InvalidProduct(f"A file lies in the storage below {PRIVATE}.", field=f"{where}/path")
    if not file.code or any(char in file.file_name for char in '/\\\r\n"\0'):
        raise InvalidProduct("A file needs a code, and a plain name.", field=where)
    for limit in (file.most_downloads, file.days):
        if limit is not None and not 1 <= limit <= 100_000:
            raise InvalidProduct("A limit is a whole number from 1 to 100000.", field=where)
