"""Index of this domain's admin pages, in the order of the menu."""

from chassis.admin import register_messaging, site
from commerce.addition.admin import AdditionAdmin
from commerce.addition.models import Addition
from commerce.checkout.admin import CartAdmin
from commerce.checkout.models import Cart
from commerce.document.admin import DocumentAdmin, DocumentSequenceAdmin, SellerAdmin
from commerce.document.models import Document, DocumentSequence, Seller
from commerce.order.admin import NumberSequenceAdmin, OrderAdmin
from commerce.order.models import NumberSequence, Order
from commerce.payment.admin import PaymentAdmin
from commerce.payment.method_admin import PaymentMethodAdmin
from commerce.payment.models import Payment, PaymentMethod

site.register(Order, OrderAdmin)
site.register(Addition, AdditionAdmin)
site.register(Payment, PaymentAdmin)
site.register(Document, DocumentAdmin)
site.register(Cart, CartAdmin)
site.register(PaymentMethod, PaymentMethodAdmin)
site.register(Seller, SellerAdmin)
site.register(NumberSequence, NumberSequenceAdmin)
site.register(DocumentSequence, DocumentSequenceAdmin)
register_messaging("commerce")
