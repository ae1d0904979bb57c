"""Carriers: what a parcel costs with them, its label, and where it is. All calls go out from jobs.

A new carrier is a class with the members of `interface.Carrier` and a row in `registry.py`.
"""
