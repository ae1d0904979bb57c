"""The OpenAPI document held against the rules that every operation has to keep."""
