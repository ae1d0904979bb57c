"""A cluster of three OpenSearch nodes for the engine's tests; see `cluster`."""
