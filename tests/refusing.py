"""With what words an action was refused, and beside which field: so that tests assert both, and that nothing stands on the trail."""

import pytest

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent


def refusal(act, kind: type[Refused] = Refused) -> tuple[str, str | None]:
    """The sentence and its field."""
    with pytest.raises(kind) as caught:
        act()
    return caught.value.message, caught.value.field


def refused(action, **told) -> tuple[str, str | None]:
    """The same of an action with what it is told, which leaves no row on the trail."""
    trail = AuditEvent.objects.count()
    answer = refusal(lambda: action(**told))
    assert AuditEvent.objects.count() == trail
    return answer
