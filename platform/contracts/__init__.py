"""Vocabulary between domains: events and query protocols, one module per publishing domain.

Owns: the shape of what crosses a boundary. Publishes: nothing. Needs: `chassis.messages` for the
`@event` registration only. Never: mechanism, a framework, a database, a rule.
"""
