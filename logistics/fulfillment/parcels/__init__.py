"""Parcels on their way: what carriers ask for them, their labels, and where they are. All calls go out from jobs."""
