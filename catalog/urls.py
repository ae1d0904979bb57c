"""Addresses of this domain, under /api/v1/<view>/."""

from django.urls import path

from catalog.catalog import api as catalog_api
from catalog.catalog.composition.links import product_links
from catalog.catalog.content import api as content_api
from catalog.catalog.downloads import api as downloads_api
from catalog.catalog.forwarding.api import forwarding
from catalog.catalog.publication.api import Preview
from catalog.catalog.reviews.api import Reviews
from catalog.catalog.seo import api as seo_api
from catalog.catalog.wishlists import api as wishlists_api
from catalog.search import api as search_api

urlpatterns = [
    path("products", catalog_api.products, name="products"),
    path("products/<str:slug>", catalog_api.product, name="product"),
    path("products/<str:slug>/links", product_links, name="product_links"),
    path("products/<str:slug>/reviews", Reviews.as_view(), name="reviews"),
    path("products/<str:slug>/structured-data", seo_api.structured_data, name="structured_data"),
    path("preview/<str:token>", Preview.as_view(), name="preview"),
    path("content/pages", content_api.pages, name="content_pages"),
    path("content/pages/<str:slug>", content_api.page, name="content_page"),
    path("content/blocks/<str:code>", content_api.block, name="content_block"),
    path("wishlists", wishlists_api.Wishlists.as_view(), name="wishlists"),
    path("wishlists/shared/<str:share>", wishlists_api.SharedWishes.as_view(), name="shared_wishes"),
    path("wishlists/<uuid:wishlist>", wishlists_api.WishlistDetail.as_view(), name="wishlist"),
    path("wishlists/<uuid:wishlist>/items", wishlists_api.Wishes.as_view(), name="wishes"),
    path("wishlists/<uuid:wishlist>/items/<str:sku>", wishlists_api.Wish.as_view(), name="wish"),
    path("forwarding", forwarding, name="forwarding"),
    path("sitemap.xml", seo_api.Sitemap.as_view(), name="sitemap"),
    path("sitemaps/<int:number>", seo_api.SitemapFile.as_view(), name="sitemap_file"),
    path("categories", catalog_api.categories, name="categories"),
    path("categories/<str:slug>", search_api.category, name="category"),
    path("downloads", downloads_api.Downloads.as_view(), name="downloads"),
    path("downloads/samples/<uuid:file>", downloads_api.Sample.as_view(), name="sample"),
    path("downloads/<str:token>", downloads_api.Download.as_view(), name="download"),
    path("downloads/orders/<uuid:order>", downloads_api.OrderDownloads.as_view(), name="order_downloads"),
    path("search", search_api.search, name="search"),
    path("suggest", search_api.suggest, name="suggest"),
]

# Outside of any view: pictures of the local storage.
pages = [
    path("media/derived/<int:width>/<path:path>", catalog_api.derived, name="derived"),
    path("media/<path:path>", catalog_api.media, name="media"),
]
