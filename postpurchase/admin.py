"""Index of this domain's admin pages, in the order of the menu."""

from chassis.admin import register_messaging, site
from postpurchase.loyalty.admin import AccountAdmin, EarnRuleAdmin, EntryAdmin
from postpurchase.loyalty.models import EarnRule, PointsAccount, PointsEntry
from postpurchase.returns.admin import ReturnAdmin
from postpurchase.returns.models import ReturnRequest

site.register(ReturnRequest, ReturnAdmin)
site.register(PointsAccount, AccountAdmin)
site.register(PointsEntry, EntryAdmin)
site.register(EarnRule, EarnRuleAdmin)
register_messaging("postpurchase")
