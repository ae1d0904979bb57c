"""Every URL of this service."""

from chassis.standalone import urls_of
from postpurchase.standalone.wiring import serves

urlpatterns = urls_of("postpurchase", serves=serves)
