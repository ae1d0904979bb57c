"""The engine for installations of many nodes: an OpenSearch cluster, with an index per view behind an alias.

Words are broken and stemmed here, as for the embedded engine; the cluster takes them as they come.
"""
