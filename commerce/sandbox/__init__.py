"""The sandbox payment provider: somebody else's service that happens to be shipped with the shop.

Owns its own HTTP API, its own books (one SQLite file) and its own webhooks. It never imports a domain, the
chassis or Django, and no domain imports it: the shop reaches it over HTTP only, as it would reach any
provider.

Start it with ``python -m commerce.sandbox --port 8090 --books PATH``. Environment:

=========================  ==================================================================================
SANDBOX_HOST, SANDBOX_PORT where it listens (127.0.0.1, 8090)
SANDBOX_BOOKS              the SQLite file (sandbox.sqlite3)
SANDBOX_API_KEY            when set, calls need ``Authorization: Bearer <key>``
SANDBOX_WEBHOOK_URL        where events are sent; none are sent when unset (they are recorded all the same)
SANDBOX_SECRET             signs the webhooks (Standard Webhooks; ``whsec_<base64>`` or plain text)
SANDBOX_PUBLIC_URL         how a shopper's browser reaches the service, for the 3-D Secure page
SANDBOX_TIMEOUT_SECONDS    how long a lost answer is held back (30)
SANDBOX_LATE_SECONDS       how long a late capture takes (5)
SANDBOX_DISORDER_SECONDS   how long the first event of an out-of-order payment is held back (2)
SANDBOX_RETRY_SECONDS      first pause before a webhook is sent again, doubled each time up to 5 minutes (1)
SANDBOX_RETRY_LIMIT        how often a webhook is tried before it is given up (15)
=========================  ==================================================================================

Cards. A card number is 12 to 19 digits; its last four choose what happens (``GET /v1/cards`` gives the same
table):

======  ==================  =================================================================================
4242    success             authorised at once
0002    decline             declined, ``decline_code`` card_declined
9995    insufficient_funds  declined, ``decline_code`` insufficient_funds
3220    challenge           requires_action: 3-D Secure, by ``next_action.url`` or ``POST …/challenge``
0119    lost_answer         books the authorisation, then stays silent for 30 s and answers 504
0126    lost_request        stays silent for 30 s, answers 504, has booked nothing
0341    late_capture        authorises at once; a capture is accepted (202) and booked some seconds later
0077    duplicates          every webhook is sent three times, with the same webhook-id
0085    disorder            the first webhook of the payment arrives after the later ones
0093    early               the webhook arrives before the answer of the call that caused it
0500    stumble             answers 500 once per reference with nothing booked, then works
======  ==================  =================================================================================

A decline is not an error: the payment exists (201) with status ``declined``. A reference belongs to one
payment for ever: a second payment with it answers 200 with the first one, whatever its amount or card, so
another try with another card needs another reference. The same holds for the reference of a refund within its
payment.
"""
