"""Search: an index per view, filled from the documents, read by every web process.

Owns: the index folders. Never: a source of truth: an index that is lost is
built anew from the documents, and PostgreSQL answers meanwhile.
"""
