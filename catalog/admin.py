"""Index of this domain's admin pages, in the order of the menu."""

from catalog.catalog.content.admin import ContentAdmin
from catalog.catalog.content.models import Content
from catalog.catalog.downloads.admin import DownloadGrantAdmin
from catalog.catalog.downloads.models import DownloadGrant
from catalog.catalog.exchange.admin import ProductImportAdmin
from catalog.catalog.exchange.models import ProductImport
from catalog.catalog.forwarding.admin import ForwardingAdmin, SlugAdmin
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.product_admin import ProductAdmin
from catalog.catalog.reviews.admin import ReviewAdmin
from catalog.catalog.reviews.models import Review
from catalog.catalog.structure.admin import AttributeAdmin, CategoryAdmin, ChannelAdmin, ProductTypeAdmin, ViewAdmin
from catalog.pricing.admin import PriceListAdmin, PricePointAdmin, TaxPolicyAdmin, TaxRateAdmin, TaxZoneAdmin
from catalog.pricing.grid_admin import PriceAdmin
from catalog.pricing.models import Price, PriceList, PricePoint, TaxPolicy, TaxRate, TaxZone
from catalog.product.models import Attribute, Category, Channel, Product, ProductType, Slug, View
from catalog.promotion.coupon_admin import BatchAdmin, CouponAdmin
from catalog.promotion.models import Coupon, CouponBatch, PromotionRule, Redemption
from catalog.promotion.redemption_admin import RedemptionAdmin
from catalog.quote.trying_admin import TriedRuleAdmin
from catalog.search.steering.admin import MerchandisingAdmin, RedirectAdmin, SynonymAdmin
from catalog.search.steering.models import MerchandisingRule, SearchRedirect, Synonym
from chassis.admin import register_messaging, site

site.register(Product, ProductAdmin)
site.register(Category, CategoryAdmin)
site.register(PromotionRule, TriedRuleAdmin)
site.register(Coupon, CouponAdmin)
site.register(CouponBatch, BatchAdmin)
site.register(Redemption, RedemptionAdmin)
site.register(MerchandisingRule, MerchandisingAdmin)
site.register(Synonym, SynonymAdmin)
site.register(SearchRedirect, RedirectAdmin)
site.register(Review, ReviewAdmin)
site.register(Content, ContentAdmin)
site.register(Forwarding, ForwardingAdmin)
site.register(Slug, SlugAdmin)
site.register(DownloadGrant, DownloadGrantAdmin)
site.register(Attribute, AttributeAdmin)
site.register(ProductType, ProductTypeAdmin)
site.register(Channel, ChannelAdmin)
site.register(View, ViewAdmin)
site.register(PriceList, PriceListAdmin)
site.register(Price, PriceAdmin)
site.register(PricePoint, PricePointAdmin)
site.register(TaxRate, TaxRateAdmin)
site.register(TaxZone, TaxZoneAdmin)
site.register(TaxPolicy, TaxPolicyAdmin)
site.register(ProductImport, ProductImportAdmin)
register_messaging("catalog")
