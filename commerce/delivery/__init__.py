"""Changing where an order goes and how, before it is sent: priced by catalog, asked here, decided by logistics."""
