"""Signing in and out: credentials, tokens, published keys."""
