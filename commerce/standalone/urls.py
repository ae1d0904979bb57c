"""Every URL of this service."""

from chassis.standalone import urls_of
from commerce.standalone.wiring import serves

urlpatterns = urls_of("commerce", serves=serves)
