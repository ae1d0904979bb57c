"""Planted violations: for every rule and contract at least one that must be caught, in a copy of the tree."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A file that breaks `rule`; `files` beside it set the scene."""

    rule: str
    path: str
    source: str


PLANTS = (
    Plant(
        rule="dynamic-import",
        path="commerce/order/planted_a.py",
        source="from importlib import import_module\n\nimport_module('logistics.models')\n",
    ),
    Plant(
        rule="dynamic-import",
        path="commerce/order/planted_b.py",
        source="import importlib as i\n\n\ndef ask(name):\n    return i.import_module(name)\n",
    ),
    Plant(
        rule="dynamic-import",
        path="platform/chassis/planted_c.py",
        source="def ask():\n    return __import__('catalog.models')\n",
    ),
    Plant(
        rule="dynamic-import",
        path="platform/contracts/planted_d.py",
        source="from django.utils.module_loading import import_string as load\n\nload('identity.user.models.Staff')\n",
    ),
    Plant(
        rule="foreign-model",
        path="commerce/order/planted_e.py",
        source="from django.apps import apps\n\n\ndef ask():\n    return apps.get_model('catalog', 'Product')\n",
    ),
    Plant(
        rule="foreign-model",
        path="logistics/warehouse/planted_f.py",
        source="from django.apps import apps as a\n\nProduct = a.get_model('catalog.Product')\n",
    ),
    Plant(
        rule="foreign-model",
        path="commerce/order/planted_g.py",
        source="from django.db import models\n\nf = models.ForeignKey('catalog.Product', on_delete=models.CASCADE)\n",
    ),
    Plant(
        rule="foreign-model",
        path="identity/customer/planted_h.py",
        source="from django.db.models import ManyToManyField\n\nf = ManyToManyField(to='commerce.Order')\n",
    ),
    Plant(
        rule="foreign-model",
        path="commerce/migrations/9999_planted.py",
        source="from django.db import models as m\n\nf = m.OneToOneField(on_delete=m.CASCADE, to='platform.job')\n",
    ),
    Plant(
        rule="foreign-database",
        path="catalog/pricing/planted_i.py",
        source="from django.db import connections\n\n\ndef ask():\n    return connections['commerce'].cursor()\n",
    ),
    Plant(
        rule="foreign-database",
        path="platform/operations/planted_j.py",
        source="from chassis import unit_of_work as u\n\n\ndef go():\n    u.unit_of_work('commerce')\n",
    ),
    Plant(
        rule="foreign-database",
        path="platform/strangler/planted_k.py",
        source="def ask(model):\n    return model.objects.using('identity').all()\n",
    ),
    Plant(
        rule="foreign-table",
        path="postpurchase/loyalty/planted_l.py",
        source="SQL = 'SELECT total FROM commerce_outboxevent WHERE id = %s'\n",
    ),
    Plant(
        rule="foreign-table",
        path="commerce/order/planted_m.py",
        source="def sql(column):\n    return f'UPDATE catalog_outboxevent SET {column} = 1'\n",
    ),
    Plant(
        rule="foreign-table",
        path="platform/chassis/planted_n.py",
        source="SQL = 'SELECT 1 FROM x JOIN \"identity_outboxevent\" USING (id)'\n",
    ),
    Plant(
        rule="user-model",
        path="commerce/order/planted_o.py",
        source="from django.contrib import auth\n\nUser = auth.get_user_model()\n",
    ),
    Plant(
        rule="user-model",
        path="logistics/warehouse/planted_p.py",
        source="from django.conf import settings\n\nOWNER = settings.AUTH_USER_MODEL\n",
    ),
    Plant(
        rule="user-model",
        path="platform/operations/planted_q.py",
        source="def ask():\n    from django.contrib.auth.models import User\n\n    return User\n",
    ),
    Plant(
        rule="clock",
        path="commerce/order/planted_r.py",
        source="from django.utils import timezone as tz\n\n\ndef late(at):\n    return at < tz.now()\n",
    ),
    Plant(
        rule="clock",
        path="catalog/pricing/planted_s.py",
        source="from django.utils.timezone import now\n\n\nclass T:\n    at = Field(default=now)\n",
    ),
    Plant(
        rule="clock",
        path="platform/chassis/planted_t.py",
        source="import datetime as dt\n\n\ndef at():\n    return dt.datetime.now(dt.UTC)\n",
    ),
    Plant(
        rule="clock",
        path="config/planted_u.py",
        source="from time import time as seconds\n\n\ndef at():\n    return seconds()\n",
    ),
    Plant(
        rule="clock",
        path="identity/customer/planted_v.py",
        source="from django.db import models\n\nf = models.DateTimeField(auto_now_add=True)\n",
    ),
    Plant(
        rule="clock",
        path="logistics/warehouse/planted_w.py",
        source="SQL = 'UPDATE logistics_reservation SET ended_at = now() WHERE id = %s'\n",
    ),
    Plant(
        rule="view-catches",
        path="postpurchase/returns/api.py",
        source="def view(request):\n    try:\n        return 1\n    except ValueError:\n        return 400\n",
    ),
    Plant(
        rule="silent-transition",
        path="commerce/order/planted_x.py",
        source="def stop(order):\n    order.transition('hold')\n",
    ),
    Plant(  # one of two callers publishes
        rule="silent-transition",
        path="commerce/order/planted_y.py",
        source=(
            "from chassis.unit_of_work import publish\nfrom contracts.commerce import OrderHeld\n\n\n"
            "def loud(order):\n    _go(order, 'hold')\n    publish(OrderHeld(order=order.id))\n\n\n"
            "def quiet(order):\n    _go(order, 'hold')\n\n\n"
            "def _go(order, name):\n    order.transition(name)\n"
        ),
    ),
    Plant(  # another event than the table's
        rule="silent-transition",
        path="logistics/fulfillment/planted_z.py",
        source=(
            "from chassis.unit_of_work import publish\nfrom contracts.logistics import ShipmentSent\n"
            "from logistics.fulfillment.states import State\n\n\n"
            "def take(order):\n    order.become(State.PICKED)\n    publish(ShipmentSent(order=order.id))\n"
        ),
    ),
    Plant(
        rule="silent-transition",
        path="catalog/pricing/planted_aa.py",
        source="def move(row):\n    pass\n\n\ndef end(row):\n    row.transition('end')\n",
    ),
    Plant(  # a machine that the table does not have
        rule="silent-transition",
        path="postpurchase/loyalty/states.py",
        source="ACCOUNT = {'open': {'close': 'closed'}, 'closed': {}}\n",
    ),
    Plant(  # a transition that the table does not have
        rule="silent-transition",
        path="identity/user/states.py",
        source=(
            "TRANSITIONS = {'active': {'suspend': 'suspended', 'retire': 'gone'}, "
            "'suspended': {'reinstate': 'active'}}\n"
        ),
    ),
    Plant(rule="file-name", path="commerce/order/utils.py", source=""),
    Plant(rule="file-name", path="catalog/common/__init__.py", source=""),
    Plant(rule="platform-folder", path="platform/__init__.py", source=""),
    Plant(rule="platform-folder", path="platform/conftest.py", source=""),
    Plant(rule="platform-folder", path="platform/tests/test_x.py", source=""),
)

INNOCENT = {
    "commerce/order/innocent.py": (
        '"""Speaks of catalog_outboxevent and of timezone.now() in words only: SELECT FROM catalog_outboxevent."""\n'
        "from django.apps import apps\nfrom django.db import connections, models\n\n"
        "from chassis.clock import now\n\n"
        "f = models.ForeignKey('commerce.Order', on_delete=models.CASCADE)\n"
        "g = models.ForeignKey('self', on_delete=models.CASCADE)\n"
        "at = models.DateTimeField(default=now)\n"
        "SQL = 'SELECT 1 FROM commerce_outboxevent WHERE at < %s'\n\n\n"
        "def ask():\n    apps.get_model('commerce', 'Order')\n    return connections['commerce']\n"
    ),
    "commerce/order/innocent_too.py": (
        "from chassis.unit_of_work import publish\nfrom contracts.commerce import OrderHeld\n\n\n"
        "def loud(order):\n    _go(order, 'hold')\n    _tell(order)\n\n\n"
        "def _go(order, name):\n    order.transition(name)\n\n\n"
        "def _tell(order):\n    publish(OrderHeld(order=order.id))\n"
    ),
    "platform/strangler/innocent.py": "KIND = 'catalog_product'\nSQL = 'SELECT * FROM catalog_product_entity'\n",
    "config/innocent.py": "from importlib import import_module\n\nimport_module('commerce.provides')\n",
}
"""Files that look similar and break nothing; a check that fires on them would soon be switched off."""


@dataclass(frozen=True, kw_only=True)
class LinterPlant:
    """A module that breaks the contract `contract` of importlinter.ini; `source` is added to what is there."""

    contract: str
    module: str
    source: str

    @property
    def told(self) -> str:
        """What the linter says of it: the import, or of a slice without a place its name."""
        return f"{self.module} -> " if self.source else f"- {self.module}\n"


LINTER_PLANTS = (
    LinterPlant(
        contract="independence", module="commerce.order.planted_import", source="from logistics import models\n"
    ),
    LinterPlant(
        contract="independence",
        module="commerce.order.planted_function",
        source="def ask():\n    from catalog import models\n\n    return models\n",
    ),
    LinterPlant(contract="independence", module="operations.planted_strangler", source="import strangler.models\n"),
    LinterPlant(
        contract="layers",
        module="identity.customer.planted_typing",
        source="from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from commerce import models\n",
    ),
    LinterPlant(contract="layers", module="catalog.search.planted_upwards", source="import config.domains\n"),
    LinterPlant(contract="layers", module="strangler.planted_domain", source="import catalog.models\n"),
    LinterPlant(contract="layers", module="chassis.planted_contracts", source="import contracts.commerce\n"),
    LinterPlant(contract="layers", module="chassis.planted_domain", source="import commerce.models\n"),
    LinterPlant(
        contract="contracts-vocabulary",
        module="contracts.planted_framework",
        source="from django.db import models\n",
    ),
    LinterPlant(
        contract="contracts-vocabulary", module="contracts.planted_mechanism", source="import chassis.unit_of_work\n"
    ),
    LinterPlant(contract="one-sender", module="postpurchase.planted_broker", source="import celery\n"),
    LinterPlant(
        contract="provider-is-foreign", module="commerce.sandbox.planted_shop", source="import commerce.order.models\n"
    ),
    LinterPlant(
        contract="carrier-is-foreign",
        module="logistics.carrier_sandbox.planted_shop",
        source="import logistics.fulfillment.parcels.models\n",
    ),
    LinterPlant(contract="payment-facts", module="commerce.payment.states", source="import commerce.order.states\n"),
    LinterPlant(
        contract="legacy-leaves",
        module="logistics.warehouse.planted_legacy",
        source="import logistics.legacy.stock\n",
    ),
    LinterPlant(
        contract="legacy-leaves", module="identity.auth.planted_legacy", source="import identity.legacy.customers\n"
    ),
    LinterPlant(
        contract="parity-reads-for-itself",
        module="config.parity.magento.planted_prices",
        source="from catalog.legacy import tiers\n",
    ),
    LinterPlant(contract="handlers-stay-inside", module="commerce.order.reactions", source="import httpx\n"),
    LinterPlant(
        contract="handlers-stay-inside", module="operations.notification.projection", source="import smtplib\n"
    ),
    LinterPlant(
        contract="handlers-stay-inside",
        module="catalog.catalog.media.reactions",
        source="def keep():\n    import boto3\n\n    return boto3\n",
    ),
    LinterPlant(contract="handlers-stay-inside", module="logistics.reactions", source="from requests import get\n"),
    LinterPlant(
        contract="catalog-slices", module="catalog.pricing.planted_page", source="import catalog.catalog.queries\n"
    ),
    LinterPlant(
        contract="catalog-slices",
        module="catalog.promotion.planted_function",
        source="def ask():\n    from catalog.quote import cart\n\n    return cart\n",
    ),
    LinterPlant(contract="catalog-slices", module="catalog.product.planted_index", source="import catalog.models\n"),
    LinterPlant(
        contract="logistics-slices",
        module="logistics.warehouse.planted_upwards",
        source="import logistics.reservation.holding\n",
    ),
    LinterPlant(
        contract="logistics-slices",
        module="logistics.transfers.planted_beside",
        source="import logistics.counting.commands\n",
    ),
    LinterPlant(
        contract="postpurchase-slices",
        module="postpurchase.credit.planted_beside",
        source="import postpurchase.returns.models\n",
    ),
    LinterPlant(
        contract="identity-slices", module="identity.customer.planted_staff", source="import identity.user.models\n"
    ),
    LinterPlant(
        contract="operations-slices",
        module="operations.gateway.planted_beside",
        source="import operations.analytics.models\n",
    ),
    LinterPlant(
        contract="commerce-slices", module="commerce.checkout.planted_upwards", source="import commerce.order.models\n"
    ),
    *(  # a slice that was given no place
        LinterPlant(contract=f"{domain}-slices", module=f"{domain}.planted_slice", source="")
        for domain in ("catalog", "commerce", "identity", "logistics", "operations", "postpurchase")
    ),
)
