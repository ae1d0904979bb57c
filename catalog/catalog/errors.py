"""What catalog refuses, and why."""

from chassis.errors import DomainError


class UnknownView(DomainError):
    code, status, title = "unknown_view", 404, "There is no such view."


class ProductNotFound(DomainError):
    code, status, title = "product_not_found", 404, "There is no such product in this view."


class CategoryNotFound(DomainError):
    code, status, title = "category_not_found", 404, "There is no such category in this view."


class InvalidParameter(DomainError):
    code, status, title = "invalid_parameter", 400, "A parameter is not valid."


class UnknownReference(DomainError):
    code, status, title = "unknown_reference", 400, "Something that is referred to does not exist."


class InvalidValue(DomainError):
    code, status, title = "invalid_value", 400, "A value does not fit its attribute."


class InvalidForwarding(DomainError):
    code, status, title = "invalid_forwarding", 400, "The address cannot lead there."


class InvalidProduct(DomainError):
    code, status, title = "invalid_product", 400, "The product cannot be what it is said to be."


class SlugTaken(DomainError):
    code, status, title = "slug_taken", 409, "Another one has this address in this view."


class IllegalPublication(DomainError):
    code, status, title = "illegal_publication", 409, "A product in this state cannot do that."


class NoForwarding(DomainError):
    code, status, title = "no_forwarding", 404, "This address leads nowhere."


class UnknownReview(DomainError):
    code, status, title = "unknown_review", 404, "There is no such review."


class IllegalReview(DomainError):
    code, status, title = "illegal_review", 409, "A review in this state cannot do that."


class UnknownWishlist(DomainError):
    code, status, title = "unknown_wishlist", 404, "There is no such wishlist, or it is not yours."


class TooManyWishes(DomainError):
    code, status, title = "too_many_wishes", 409, "Wishlists and what is on them are limited."


class ContentNotFound(DomainError):
    code, status, title = "content_not_found", 404, "There is no such content in this view."


class InvalidRow(DomainError):
    code, status, title = "invalid_row", 400, "The row is not a product."


class SitemapNotFound(DomainError):
    code, status, title = "sitemap_not_found", 404, "There is no such part of a sitemap."


class CategoryCycle(DomainError):
    code, status, title = "category_cycle", 400, "A category cannot lie under itself."


class NotAChannel(DomainError):
    code, status, title = "invalid_channel", 400, "The channel's settings are not valid."
