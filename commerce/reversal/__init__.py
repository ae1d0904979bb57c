"""What comes back after a payment was made: disputes, and refunds that did not reach anybody. By providers' webhooks.

The order goes on as it is: what was sold stays sold. The payment's ledger says what became of the money, and staff
are told.
"""
