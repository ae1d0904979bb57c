"""Index of this domain's admin pages, in the order of the menu."""

from chassis.admin import register_messaging, site
from postpurchase.credit.admin import GiftCardAdmin, LedgerAdmin, StoreCreditAdmin
from postpurchase.credit.models import GiftCard, GiftCardEntry, StoreCredit, StoreCreditEntry
from postpurchase.loyalty.admin import AccountAdmin, EntryAdmin, RateAdmin
from postpurchase.loyalty.models import BurnRule, EarnRule, PointsAccount, PointsEntry
from postpurchase.returns.admin import ReturnAdmin
from postpurchase.returns.models import ReturnRequest
from postpurchase.selling.admin import SoldGiftCardAdmin
from postpurchase.selling.models import SoldGiftCard
from postpurchase.tenders.admin import TenderReservationAdmin
from postpurchase.tenders.models import TenderReservation

site.register(ReturnRequest, ReturnAdmin)
site.register(GiftCard, GiftCardAdmin)
site.register(SoldGiftCard, SoldGiftCardAdmin)
site.register(GiftCardEntry, LedgerAdmin)
site.register(StoreCredit, StoreCreditAdmin)
site.register(StoreCreditEntry, LedgerAdmin)
site.register(PointsAccount, AccountAdmin)
site.register(PointsEntry, EntryAdmin)
site.register(EarnRule, RateAdmin)
site.register(BurnRule, RateAdmin)
site.register(TenderReservation, TenderReservationAdmin)
register_messaging("postpurchase")
