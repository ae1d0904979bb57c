"""Index of catalog's commands: what staff, importers and the demo shop call."""

from catalog.catalog.changing import (
    PlaceProduct,
    SetValue,
    displace_product,
    place_product,
    set_value,
)
from catalog.catalog.composition.commands import (
    compose_products,
)
from catalog.catalog.composition.inputs import (
    ChoiceInput,
    ComposeProduct,
    GiftCardInput,
    LinksInput,
    MemberInput,
    ProductOptionInput,
)
from catalog.catalog.content.commands import (
    DefineContent,
    define_content,
)
from catalog.catalog.downloads.inputs import (
    FileInput,
)
from catalog.catalog.forwarding.commands import (
    FormerAddress,
    Forward,
    LeadOn,
    add_former_address,
    forget_former_addresses,
    forward,
    lead_on,
)
from catalog.catalog.inputs import (
    MediaInput,
    PlaceInput,
    PublishProduct,
    SaveProduct,
    VariantInput,
)
from catalog.catalog.products import (
    save_product,
    save_products,
)
from catalog.catalog.publication.commands import (
    SchedulePublication,
    change_publication,
    schedule_publication,
)
from catalog.catalog.publishing import (
    discontinue_products,
    publish_product,
)
from catalog.catalog.reviews.commands import (
    WriteReview,
    approve_review,
    reject_review,
    write_review,
)
from catalog.catalog.reviews.importing import (
    ImportReview,
    import_reviews,
    remove_reviews,
)
from catalog.catalog.structure.attributes import (
    DefineAttribute,
    DefineProductType,
    OptionInput,
    define_attribute,
    define_product_type,
)
from catalog.catalog.structure.categories import DefineCategory, define_category
from catalog.catalog.structure.channels import DefineChannel, DefineView, define_channel, define_view
from catalog.catalog.variants.commands import (
    EditVariants,
    VariantEdit,
    edit_variants,
)
from catalog.catalog.wishlists.importing import (
    ImportWish,
    ImportWishlist,
    import_wishlists,
)
from catalog.pricing.amounts import (
    EditPrice,
    edit_prices,
    shift_base_prices,
    shift_prices,
)
from catalog.pricing.choice import (
    GUESTS,
)
from catalog.pricing.commands import (
    PriceInput,
    SetPrice,
    SpecialInput,
    TierInput,
    set_price,
    set_prices,
)
from catalog.pricing.lists import (
    DefinePriceList,
    ListPriceInput,
    SetListPrices,
    clear_list_prices,
    define_price_list,
    set_list_prices,
)
from catalog.pricing.tax_commands import (
    AreaInput,
    DefineTaxPolicy,
    DefineTaxZone,
    TaxRateInput,
    define_tax_policy,
    define_tax_zone,
)
from catalog.promotion.commands import (
    SaveRule,
    end_rule,
    pause_rule,
    publish_rule,
    resume_rule,
    save_rule,
)
from catalog.promotion.coupons import (
    AddCoupon,
    MakeBatch,
    add_coupon,
    make_batch,
)
from catalog.search.steering.commands import (
    DefineMerchandising,
    DefineRedirect,
    DefineSynonym,
    define_merchandising,
    define_redirect,
    define_synonym,
)

__all__ = [
    "GUESTS",
    "AddCoupon",
    "AreaInput",
    "ChoiceInput",
    "ComposeProduct",
    "DefineAttribute",
    "DefineCategory",
    "DefineChannel",
    "DefineContent",
    "DefineMerchandising",
    "DefinePriceList",
    "DefineProductType",
    "DefineRedirect",
    "DefineSynonym",
    "DefineTaxPolicy",
    "DefineTaxZone",
    "DefineView",
    "EditPrice",
    "EditVariants",
    "FileInput",
    "FormerAddress",
    "Forward",
    "GiftCardInput",
    "ImportReview",
    "ImportWish",
    "ImportWishlist",
    "LeadOn",
    "LinksInput",
    "ListPriceInput",
    "MakeBatch",
    "MediaInput",
    "MemberInput",
    "OptionInput",
    "PlaceInput",
    "PlaceProduct",
    "PriceInput",
    "ProductOptionInput",
    "PublishProduct",
    "SaveProduct",
    "SaveRule",
    "SchedulePublication",
    "SetListPrices",
    "SetPrice",
    "SetValue",
    "SpecialInput",
    "TaxRateInput",
    "TierInput",
    "VariantEdit",
    "VariantInput",
    "WriteReview",
    "add_coupon",
    "add_former_address",
    "approve_review",
    "change_publication",
    "clear_list_prices",
    "compose_products",
    "define_attribute",
    "define_category",
    "define_channel",
    "define_content",
    "define_merchandising",
    "define_price_list",
    "define_product_type",
    "define_redirect",
    "define_synonym",
    "define_tax_policy",
    "define_tax_zone",
    "define_view",
    "discontinue_products",
    "displace_product",
    "edit_prices",
    "edit_variants",
    "end_rule",
    "forget_former_addresses",
    "forward",
    "import_reviews",
    "import_wishlists",
    "lead_on",
    "make_batch",
    "pause_rule",
    "place_product",
    "publish_product",
    "publish_rule",
    "reject_review",
    "remove_reviews",
    "resume_rule",
    "save_product",
    "save_products",
    "save_rule",
    "schedule_publication",
    "set_list_prices",
    "set_price",
    "set_prices",
    "set_value",
    "shift_base_prices",
    "shift_prices",
    "write_review",
]
