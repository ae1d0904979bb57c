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
from catalog.catalog.downloads.inputs import FileInput
from catalog.catalog.inputs import MediaInput, PlaceInput, PublishProduct, SaveProduct, VariantInput
from catalog.catalog.products import save_product, save_products
from catalog.catalog.publishing import discontinue_products, publish_product
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
    "SetPrice",
    "SpecialInput",
    "TaxRateInput",
    "VariantInput",
    "define_attribute",
    "define_category",
    "define_channel",
    "define_product_type",
    "define_view",
    "discontinue_products",
    "publish_product",
    "save_product",
    "save_products",
    "set_price",
    "set_prices",
]
