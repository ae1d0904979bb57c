"""What a bare machine lacks: PostgreSQL, a broker, secrets, and a supervisor over our processes.

Owns the state folder (``SIXFOLD_STATE``, default ``.state`` in the repository) and what runs out of it.
It never imports Django: everything here must work before the settings can be read, and what it
produces is an environment, the same variables that somebody else's PostgreSQL and broker are named by.
"""
