"""The public door in front of the storefront API: limits and cross-origin rules. No business logic, no tables.

Correlation, size limits and security headers are the chassis' and stand before it; tokens are judged by the domains.
"""
