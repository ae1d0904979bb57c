"""Figures from events alone. Owns the facts; never asks a domain, and never changes a figure twice for one fact."""
