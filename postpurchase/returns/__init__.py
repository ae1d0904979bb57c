"""Return requests: what was bought comes back, is looked at, and is paid back.

Locks: the copy of the order first, then its return requests.
"""
