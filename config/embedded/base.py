"""Django's PostgreSQL backend that first starts the embedded server when it is not running."""

from django.conf import settings
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        settings.EMBEDDED_SERVER.ensure_running()
        return super().get_new_connection(conn_params)
