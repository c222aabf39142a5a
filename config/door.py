"""What django-axes counts at the door also stands on the trail: whose account was tried and when it was locked."""

from axes.handlers.database import AxesDatabaseHandler
from django.http import HttpRequest

from ledger.actions.trail import record
from ledger.models import Staff


class TrailedDoor(AxesDatabaseHandler):
    """Counts as before. A locked account's further tries leave no rows: they are refused unread, however many there are."""

    def user_login_failed(self, sender, credentials: dict, request: HttpRequest | None = None, **kwargs) -> None:
        # No account has such a name, and the counter's column would not hold it.
        if len(credentials.get("username") or "") > Staff._meta.get_field("username").max_length:
            return
        locked_before = request is None or request.axes_locked_out
        super().user_login_failed(sender, credentials, request, **kwargs)
        if locked_before:
            return
        # The name of an account only: what strangers type there may be a password.
        account = Staff.objects.filter(username=credentials.get("username", "")).first()
        record("account_locked" if request.axes_locked_out else "sign_in_failed", by=account)
