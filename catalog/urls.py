"""Addresses of this domain, under /api/v1/<view>/."""

from django.urls import path

from catalog.catalog import api as catalog_api
from catalog.search import api as search_api

urlpatterns = [
    path("products", catalog_api.products, name="products"),
    path("products/<str:slug>", catalog_api.product, name="product"),
    path("categories", catalog_api.categories, name="categories"),
    path("categories/<str:slug>", search_api.category, name="category"),
    path("search", search_api.search, name="search"),
    path("suggest", search_api.suggest, name="suggest"),
]

# Outside of any view: pictures of the local storage.
pages = [path("media/<path:path>", catalog_api.media, name="media")]
