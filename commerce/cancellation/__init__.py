"""Cancelling an order or a part of it: asked here, decided by logistics, and only then does money go back."""
