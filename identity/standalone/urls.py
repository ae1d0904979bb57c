"""Every URL of this service."""

from chassis.standalone import urls_of
from identity.standalone.wiring import serves

urlpatterns = urls_of("identity", serves=serves)
