"""Index of catalog's commands: what staff, importers and the demo shop call."""

from catalog.catalog.commands import (
    DefineAttribute,
    DefineCategory,
    DefineChannel,
    DefineProductType,
    DefineView,
    OptionInput,
    define_attribute,
    define_category,
    define_channel,
    define_product_type,
    define_view,
)
from catalog.catalog.composition.inputs import (
    ChoiceInput,
    GiftCardInput,
    LinksInput,
    MemberInput,
    ProductOptionInput,
)
from catalog.catalog.content.commands import DefineContent, define_content
from catalog.catalog.downloads.inputs import FileInput
from catalog.catalog.inputs import MediaInput, PlaceInput, PublishProduct, SaveProduct, VariantInput
from catalog.catalog.products import save_product, save_products
from catalog.catalog.publication.commands import (
    SchedulePublication,
    change_publication,
    schedule_publication,
)
from catalog.catalog.publishing import discontinue_products, publish_product
from catalog.catalog.reviews.commands import WriteReview, approve_review, reject_review, write_review
from catalog.pricing.commands import (
    PriceInput,
    SetPrice,
    SpecialInput,
    TaxRateInput,
    set_price,
    set_prices,
)

__all__ = [
    "ChoiceInput",
    "DefineAttribute",
    "DefineCategory",
    "DefineChannel",
    "DefineContent",
    "DefineProductType",
    "DefineView",
    "FileInput",
    "GiftCardInput",
    "LinksInput",
    "MediaInput",
    "MemberInput",
    "OptionInput",
    "PlaceInput",
    "PriceInput",
    "ProductOptionInput",
    "PublishProduct",
    "SaveProduct",
    "SchedulePublication",
    "SetPrice",
    "SpecialInput",
    "TaxRateInput",
    "VariantInput",
    "WriteReview",
    "approve_review",
    "change_publication",
    "define_attribute",
    "define_category",
    "define_channel",
    "define_content",
    "define_product_type",
    "define_view",
    "discontinue_products",
    "publish_product",
    "reject_review",
    "save_product",
    "save_products",
    "schedule_publication",
    "set_price",
    "set_prices",
    "write_review",
]
