"""Invoices and credit notes: what was charged and what went back, numbered without gaps and never changed."""
