"""The page of a product's variants: a grid whose rows are saved at once, by the command."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from catalog.catalog.variants.commands import EditVariants, edit_variants
from catalog.catalog.variants.grid import VariantsForm
from catalog.product.models import Product
from chassis.admin import Transition
from chassis.admin.history import differences, record_history, values_of
from chassis.admin.transitions import dressed, in_words, perform
from chassis.errors import DomainError, Problems


def _edit(product: Product, data: Mapping[str, Any]) -> None:
    before = _family(product)
    edit_variants(EditVariants(product=product.sku, variants=data["edits"], expected_version=data["version"]))
    for id_, row in _family(product).items():
        old, new = differences(Product, before.get(id_, {}), row)
        if new:
            record_history("product", aggregate_id=id_, action=VARIANTS.name, before=old, after=new)


def _family(product: Product) -> dict[UUID, dict[str, Any]]:
    return {row.id: values_of(row) for row in Product.objects.filter(parent=product)}


VARIANTS = Transition(
    name="variants",
    title="Edit variants",
    run=_edit,
    when=lambda product: product.kind == Product.CONFIGURABLE and bool(product.axes),
)


def variants_page(admin: Any, request: HttpRequest, product: UUID) -> HttpResponse:
    """GET shows the variants and the combinations that are missing; POST saves, or says why not."""
    found = Product.objects.filter(id=product).first()
    if found is None or not VARIANTS.when(found):
        raise Http404
    if not admin._may_run(request, VARIANTS, found):
        raise PermissionDenied
    chosen = {axis: request.GET.getlist(f"of-{axis}") for axis in found.axes}
    page = request.GET.get("page", "")
    form = VariantsForm(
        request.POST if request.method == "POST" else None,
        product=found,
        chosen=chosen,
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1,
    )
    if request.method == "POST" and form.is_valid() and _saved(request, found, form):
        return HttpResponseRedirect(request.get_full_path())
    context = {
        **admin.admin_site.each_context(request),
        "title": VARIANTS.title,
        "opts": admin.opts,
        "original": found,
        "form": dressed(form),
        "back": reverse("admin:catalog_product_change", args=[product]),
    }
    return TemplateResponse(request, "catalog/variants.html", context)


def _saved(request: HttpRequest, product: Product, form: VariantsForm) -> bool:
    edits = form.edits()
    if not edits:
        messages.info(request, "Nothing was changed.")
        return True
    data = {"edits": edits, "version": form.cleaned_data["version"]}
    try:
        perform(Product, VARIANTS, product.id, data, actor=str(request.user))
    except (DomainError, Problems) as refusal:
        form.add_error(None, in_words(refusal))
        return False
    messages.success(request, f"{len(edits)} variants saved.")
    return True
