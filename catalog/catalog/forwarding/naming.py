"""What an address leads to, as staff name it: a product by SKU, a category or content by code."""

from typing import Any
from uuid import UUID

from django.db.models import Case, OuterRef, QuerySet, Subquery, TextField, Value, When

from catalog.catalog import slugs
from catalog.catalog.content.models import Content
from catalog.catalog.errors import UnknownReference
from catalog.catalog.sorting import sku_key
from catalog.product.models import Category, Product


def target_of(kind: str, name: str) -> UUID:
    """The id of what has this SKU or code. UnknownReference for what has no page."""
    rows: QuerySet[Any]
    if kind == slugs.PRODUCT:
        rows = Product.objects.filter(sku_key=sku_key(name), parent=None)
    elif kind == slugs.CATEGORY:
        rows = Category.objects.filter(code=name.strip())
    else:
        rows = Content.objects.filter(code=name.strip(), kind=Content.PAGE)
    found: UUID | None = rows.values_list("id", flat=True).first()
    if found is None:
        raise UnknownReference(f"There is no {kind} {name}.", field="/leads_to")
    return found


def with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with a `kind` and a `target`, and `leads_to`: the name that it goes by."""

    def named(model: Any, column: str) -> Any:
        return Subquery(model.objects.filter(id=OuterRef("target")).values(column)[:1])

    return rows.annotate(
        leads_to=Case(
            When(kind=slugs.PRODUCT, then=named(Product, "sku")),
            When(kind=slugs.CATEGORY, then=named(Category, "code")),
            When(kind=slugs.CONTENT, then=named(Content, "code")),
            default=Value(""),
            output_field=TextField(),
        )
    )
