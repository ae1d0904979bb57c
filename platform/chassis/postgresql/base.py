"""PostgreSQL as Django knows it, but for two things.

A pooled connection is looked at before it is used, and not asked. The pool's own check is a question to the server and
back, for every request and every event: as much as a small read. A connection that its server has closed can be seen on
the socket; only one on which something came is asked.

Statements are bound by the server, so that they are prepared once and not planned each time; a bulk statement of more
parameters than the protocol can carry is bound here instead.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

MOST_PARAMETERS = 65_535


class Cursor(base.ServerBindingCursor, psycopg.Cursor[Any]):
    """Binds at the server what the protocol can carry."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """As psycopg's."""
        if params is not None and len(params) > MOST_PARAMETERS:
            query, params = psycopg.ClientCursor(self.connection).mogrify(query, params), None
        return super().execute(query, params, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """Use it with server_side_binding on and CONN_HEALTH_CHECKS off.

    Like the pool's check it cannot tell a server that is gone without a word.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """As Django's, with the cursor from here."""
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection on which nothing has come since it was last used, or which has answered."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not self.pool or not _something_came(connection):
                return connection
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                self.pool.putconn(connection)  # it is closed by now, so that the pool makes another
            else:
                return connection


def _something_came(connection: psycopg.Connection[Any]) -> bool:
    """Whether the socket can be read: the server's goodbye, or news that nobody asked for."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
