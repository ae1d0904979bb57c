"""The chassis' tables (abstract; each domain makes them concrete) and what is asked of them."""
