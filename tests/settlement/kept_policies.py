"""A published policy, two drafts of its next version (one to be thrown away) and a price limit, for tests that need them to be there."""

import datetime

from ledger.models import Disease, Staff
from settlement.actions.loading import load_shipped
from settlement.actions.policies import copy_version
from settlement.actions.price_limits import add_limit
from settlement.models import PolicyVersion


def kept_policies(*, by: Staff) -> dict[str, int]:
    """Their numbers, by what they are."""
    load_shipped()
    version = PolicyVersion.objects.get(code="liuzhou-2017", number=1)
    first_day = datetime.date(2018, 1, 1)
    draft, spare = (copy_version(by=by, version=version, first_day=first_day) for _ in range(2))
    limit = add_limit(
        by=by, area=version.area, disease=Disease.objects.order_by("position").first(), level="", first_day=first_day, last_day=None,
        amount=2_500_000, document="柳卫医〔2017〕61号", levels={},
    )  # fmt: skip
    return {"version": version.pk, "draft": draft.pk, "spare_draft": spare.pk, "limit": limit.pk}
