"""Addresses of this domain, under /api/v1/<view>/."""

from django.urls import path

from catalog.catalog import api as catalog_api
from catalog.catalog.downloads import api as downloads_api
from catalog.search import api as search_api

urlpatterns = [
    path("products", catalog_api.products, name="products"),
    path("products/<str:slug>", catalog_api.product, name="product"),
    path("categories", catalog_api.categories, name="categories"),
    path("categories/<str:slug>", search_api.category, name="category"),
    path("downloads", downloads_api.Downloads.as_view(), name="downloads"),
    path("downloads/samples/<uuid:file>", downloads_api.Sample.as_view(), name="sample"),
    path("downloads/<str:token>", downloads_api.Download.as_view(), name="download"),
    path("orders/<uuid:order>/downloads", downloads_api.OrderDownloads.as_view(), name="order_downloads"),
    path("search", search_api.search, name="search"),
    path("suggest", search_api.suggest, name="suggest"),
]

# Outside of any view: pictures of the local storage.
pages = [path("media/<path:path>", catalog_api.media, name="media")]
