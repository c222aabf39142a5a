"""Django's PostgreSQL backend that first starts the embedded server when it is not running."""

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import OperationalError
from psycopg2 import OperationalError as DriverError


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        server = settings.EMBEDDED_SERVER
        server.ensure_running()
        try:
            return super().get_new_connection(conn_params)
        except (OperationalError, DriverError):
            server.ensure_running(revive=True)
            return super().get_new_connection(conn_params)
