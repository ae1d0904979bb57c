"""Mechanism without a domain word: messages, outbox, inbox, relay, jobs, sagas, clients, money, access.

Owns: how work is made atomic, sent, received once in effect, retried and observed.
Publishes: nothing. Needs: PostgreSQL and a broker.
Never: names a domain, imports contracts or a domain, or holds a commerce rule.
"""
