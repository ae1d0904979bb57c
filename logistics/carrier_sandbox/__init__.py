"""The sandbox carrier: somebody else's parcel service that happens to be shipped with the shop.

Owns its own HTTP API, its own books (one SQLite file) and its own webhooks. It never imports a domain, the chassis or
Django, and no domain imports it.

Start it with ``python -m logistics.carrier_sandbox``. Environment: CARRIER_HOST, CARRIER_PORT, CARRIER_BOOKS (a file),
CARRIER_API_KEY (calls need it as a bearer token when it is set), CARRIER_WEBHOOK_URL and CARRIER_SECRET (Standard
Webhooks; none are sent when the address is unset).

==========================================  ==========================================================================
POST /v1/rates                              offers for a parcel
POST /v1/consignments                       a number and its label; the same ``reference`` answers the same one
GET /v1/consignments/{number}               with its tracking events
GET /v1/consignments/{number}/label         the label, application/pdf
POST /v1/consignments/{number}/cancel       void, until it was collected
POST /v1/consignments/{number}/events       what happens to the parcel: status, and how its webhook is sent
                                            (``times``: how often; ``silent``: not at all)
POST /v1/script                             what the next calls meet: ``{"next": [{"op", "behaviour", "seconds"}]}``,
                                            op rates, label, track or cancel; behaviour slow (booked after silence),
                                            lost (booked, then 504), error (500, nothing booked), refuse (422)
==========================================  ==========================================================================

A country of ``XX`` is refused; so is a parcel over 31.5 kg.
"""
