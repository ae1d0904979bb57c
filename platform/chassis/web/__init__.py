"""The edge towards HTTP: problem documents, idempotency keys, ETags, pages, limits, health."""
