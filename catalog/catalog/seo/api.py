"""The sitemap and structured data over HTTP."""

from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.catalog.api import VIEW, clean
from catalog.catalog.queries import Body, Moved, view_facts
from catalog.catalog.reading import encoded, reading
from catalog.catalog.seo import queries

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = {(200, "application/xml"): OpenApiResponse(bytes, description="As sitemaps.org describes it.")}


class Sitemap(APIView):
    @extend_schema(operation_id="sitemap", responses=XML, tags=["seo"])
    def get(self, request: Request, view: str) -> HttpResponse:
        """The index of a view's sitemap.

        For a view that says where its storefront is; the files list categories and pages, then products.
        """
        facts = view_facts(view)
        queries.base_of(facts)
        where = request.build_absolute_uri(f"/api/v1/{facts.code}/sitemaps")
        files = "".join(f"<sitemap><loc>{escape(where)}/{n}</loc></sitemap>" for n in range(queries.files_of(facts)))
        return _xml(f'<sitemapindex xmlns="{_SPACE}">{files}</sitemapindex>')


class SitemapFile(APIView):
    @extend_schema(operation_id="sitemap_file", responses=XML, tags=["seo"])
    def get(self, request: Request, view: str, number: int) -> HttpResponse:
        """One file of a view's sitemap, ten thousand addresses at most."""
        facts = view_facts(view)
        base = queries.base_of(facts)
        found = queries.urls_of(facts, number)
        urls = "".join(f"<url><loc>{escape(base + path)}</loc><lastmod>{day}</lastmod></url>" for path, day in found)
        return _xml(f'<urlset xmlns="{_SPACE}">{urls}</urlset>')


class _StructuredSchema(APIView):
    @extend_schema(
        operation_id="product_structured_data",
        summary="A product as schema.org's Product",
        tags=["seo"],
        parameters=[VIEW],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self) -> None:
        """JSON-LD with offer and rating, to be put into the product's page as it is."""


@reading(_StructuredSchema, priced=False)
def structured_data(request: HttpRequest, view: str, slug: str) -> Body | Moved:
    """JSON-LD of a product, with what guests pay."""
    facts = view_facts(clean(view))
    found: Any = queries.structured(facts, clean(slug))
    if isinstance(found, Moved):
        return Moved(slug=f"{found.slug}/structured-data", up=2)
    return encoded(found, keys=(f"view-{facts.code}",))


def _xml(text: str) -> HttpResponse:
    body = f'<?xml version="1.0" encoding="UTF-8"?>{text}'
    response = HttpResponse(body, content_type="application/xml")
    response["Cache-Control"] = "public, max-age=3600"
    return response
