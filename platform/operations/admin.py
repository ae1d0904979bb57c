"""Index of this domain's admin pages."""

from chassis.admin import register_messaging
from operations.analytics.admin import SalesAdmin, SearchAdmin
from operations.notification.admin import MessageAdmin

__all__ = ["MessageAdmin", "SalesAdmin", "SearchAdmin"]

register_messaging("platform")
