"""The platform domain (operations).

Owns: the public door, notifications and analytics.
Publishes: delivery results of messages.
Needs: events of all domains.
Never: holds business rules, or asks another domain while handling an event.
"""
