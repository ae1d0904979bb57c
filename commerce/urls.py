"""Commerce over REST. `urlpatterns` stand under /api/v1/<view>/, `webhooks` under /api/webhooks/."""

from django.urls import path

from commerce.addition.api import AdditionDetail, AdditionsOfOrder, PayAddition
from commerce.checkout import api as checkout
from commerce.checkout.delivery_api import DeliveriesOfCart, DeliveryDetail, ShippingOptions
from commerce.checkout.place_api import PaymentMethods, Place
from commerce.document import api as document
from commerce.order import api as order
from commerce.payment.api import Webhook
from commerce.reversal.notices import take

urlpatterns = [
    path("carts", checkout.Carts.as_view()),
    path("carts/<uuid:cart>", checkout.CartDetail.as_view()),
    path("carts/<uuid:cart>/lines", checkout.Lines.as_view()),
    path("carts/<uuid:cart>/lines/<uuid:line>", checkout.LineDetail.as_view()),
    path("carts/<uuid:cart>/delivery", DeliveryDetail.as_view()),
    path("carts/<uuid:cart>/deliveries", DeliveriesOfCart.as_view()),
    path("carts/<uuid:cart>/coupons/<str:code>", checkout.CouponDetail.as_view()),
    path("carts/<uuid:cart>/tenders", checkout.TendersOfCart.as_view()),
    path("carts/<uuid:cart>/tenders/<uuid:tender>", checkout.TenderDetail.as_view()),
    path("carts/<uuid:cart>/shipping-options", ShippingOptions.as_view()),
    path("carts/<uuid:cart>/payment-methods", PaymentMethods.as_view()),
    path("carts/<uuid:cart>/confirm", checkout.Confirm.as_view()),
    path("carts/<uuid:cart>/claim", checkout.Claim.as_view()),
    path("carts/<uuid:cart>/place", Place.as_view()),
    path("orders", order.Orders.as_view()),
    path("orders/<uuid:order>", order.OrderDetail.as_view()),
    path("orders/<uuid:order>/reorder", order.Reorder.as_view()),
    path("orders/<uuid:order>/additions", AdditionsOfOrder.as_view()),
    path("orders/<uuid:order>/additions/<uuid:addition>", AdditionDetail.as_view()),
    path("orders/<uuid:order>/additions/<uuid:addition>/pay", PayAddition.as_view()),
    path("orders/<uuid:order>/documents", document.OrderDocuments.as_view()),
    path("orders/<uuid:order>/documents/<str:number>.pdf", document.OrderDocument.as_view()),
]
webhooks = [
    path("sandbox", Webhook.as_view(provider="sandbox", take=take)),
    path("stripe", Webhook.as_view(provider="stripe", take=take)),
]
