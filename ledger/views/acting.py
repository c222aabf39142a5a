"""What every page with a form does when it is sent: act once, say what was done, or put what was refused beside its field."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from ledger.actions.refusals import Refused
from ledger.forms import LedgerForm


def acted(request: HttpRequest, form: LedgerForm, act: Callable[[dict], str]) -> bool:
    """Whether the form was sent and its act done; ``act`` takes the cleaned data and answers the sentence that is said of it.

    False on a first look, for a form with errors, and where the act was refused: the page shows the form, as it was typed.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        said = act(dict(form.cleaned_data))  # Its own: an act may take keys out, and the page still asks the form.
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(request, said)
    return True
