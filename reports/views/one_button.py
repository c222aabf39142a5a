"""What a page does when its one button is pressed and nothing was typed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from ledger.actions.refusals import Refused


def pressed(request: HttpRequest, act: Callable[[], str]) -> bool:
    """Whether the button was pressed: the act is done and said, or what was refused is said. False on a first look."""
    if request.method != "POST":
        return False
    try:
        messages.success(request, act())
    except Refused as refused:
        messages.error(request, refused.message)
    return True
