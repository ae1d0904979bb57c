"""Benchmarks of the whole shop, run by hand or in CI: `make bench`.

Owns: a shop of its own per size (`stack`, `world`), a cheap client (`load`, `shoppers`), what it is compared with
(`replay`, the engine, COPY), and the report. Never: a test that asserts a time, or anything that the shop imports.
"""
