"""The city's desk in the tests: two officials, the policies that ship, and quick ways to a draft and its publication."""

import datetime

from django.test import Client

from ledger.models import Role, Staff
from settlement.actions.loading import load_shipped
from settlement.actions.policies import change_draft, copy_version, publish
from settlement.figures import figures_of
from settlement.models import PolicyVersion
from settlement.policy_text import Stated
from settlement.rules import policy_of

NEW_DOCUMENT = "柳医保〔2017〕88号"
FIRST_DAY = datetime.date(2017, 10, 1)
DEDUCTIBLE = "layers.basic.rows[2].deductible"  # 二级, 400 yuan as it ships


class PolicyDesk:
    """``desk.city`` makes, ``desk.second`` publishes."""

    def __init__(self, cast):
        load_shipped()
        self.cast = cast
        self.second = Staff.objects.create_user(
            "city-450200-2", full_name="农振宇", role=Role.CITY, area=cast.prefecture, must_change_password=False
        )

    @property
    def city(self) -> Staff:
        return self.cast.city

    def version(self, code: str = "liuzhou-2017", number: int = 1) -> PolicyVersion:
        return PolicyVersion.objects.get(code=code, number=number)

    def draft(self, first_day: datetime.date = FIRST_DAY, **numbers: Stated) -> PolicyVersion:
        """A copy of the first version, with 二级's deductible at 500 yuan by the new document."""
        draft = copy_version(by=self.city, version=self.version(), first_day=first_day, note="调整起付线")
        return self.change(draft, {DEDUCTIBLE: Stated(50_000, "三（一）", NEW_DOCUMENT)})

    def change(self, draft: PolicyVersion, numbers: dict[str, Stated], by: Staff | None = None, **more) -> PolicyVersion:
        first_day = more.pop("first_day", draft.during.lower)
        return change_draft(by=by or self.city, version=draft, first_day=first_day, note=draft.note, numbers=numbers, **more)

    def published(self, first_day: datetime.date = FIRST_DAY) -> PolicyVersion:
        draft = self.draft(first_day)
        publish(by=self.second, version=draft)
        draft.refresh_from_db()
        return draft

    def figure(self, version: PolicyVersion, key: str = DEDUCTIBLE):
        return next(figure for figure in figures_of(policy_of(version)) if figure.key == key)

    def browser(self, staff: Staff | None = None) -> Client:
        client = Client()
        client.force_login(staff or self.city)
        return client
