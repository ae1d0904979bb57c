"""Index of this domain's admin pages."""

from chassis.admin import register_messaging
from postpurchase.loyalty.admin import AccountAdmin, EarnRuleAdmin, EntryAdmin
from postpurchase.returns.admin import ReturnAdmin

__all__ = ["AccountAdmin", "EarnRuleAdmin", "EntryAdmin", "ReturnAdmin"]

register_messaging("postpurchase")
