"""Commerce with Stripe for its provider, and the double in Stripe's place."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from django.test import Client

from commerce.tests.stripe.server import KEY, Double

SECRET = "whsec_double_0123456789abcdef0123456789"
Deliver = Callable[..., int]


@pytest.fixture
def double(settings: Any) -> Iterator[Double]:
    double = Double()
    settings.PAYMENT_PROVIDER = "stripe"
    settings.STRIPE_API_URL, settings.STRIPE_API_KEY = double.url, KEY
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_RETURN_URL = "https://shop.example.com/checkout"
    settings.STRIPE_CLIENT_TIMEOUT = 5
    yield double
    double.stop()


@pytest.fixture
def deliver(client: Client) -> Deliver:
    """Post an event to the shop, signed as Stripe signs; the answer's status."""

    def post(event: dict[str, Any], *, secret: str = SECRET, age: int = 0) -> int:
        body = json.dumps(event)
        mark = stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)
        answer = client.post(
            "/api/webhooks/stripe", body, content_type="application/json", headers={"stripe-signature": mark}
        )
        return answer.status_code

    return post
