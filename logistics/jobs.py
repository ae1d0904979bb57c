"""This domain's kinds of job."""

from logistics.fulfillment.parcels.jobs import JOBS as CARRIER_JOBS
from logistics.legacy.network import make_network
from logistics.legacy.rows import MIRROR
from logistics.legacy.stock import make_settings, make_stock
from logistics.reservation.expiry import EXPIRY
from logistics.warehouse.ledger import LEDGER
from logistics.warehouse.policies import PREORDER

JOBS = (
    EXPIRY,
    PREORDER,
    LEDGER,
    *CARRIER_JOBS,
    MIRROR.job_kind({"network": make_network, "product": make_settings, "sku": make_stock}),
)
