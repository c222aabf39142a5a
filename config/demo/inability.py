"""Hospitals without the means to treat, in the demo: one that waits for the county, one sent on to the city's, one answered otherwise."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from config.demo.bills import on_day
from hospitals.arranging import Why, answer_inability, arrange_hospital
from hospitals.inability import say_unable
from hospitals.models import Hospital, Inability
from ledger.models import Case, Role, Staff


@dataclass(frozen=True)
class Story:
    """Of which county and disease, arranged where and on which day of October, what was said on the next day, and what came of it."""

    county: str
    hospital: str
    diseases: tuple[str, ...]
    arranged: int
    reason: str
    talk: str
    wish: str = ""
    sent_to: str = ""
    answer: str = ""


CANCERS = ("gastric-cancer", "colon-cancer", "rectal-cancer", "oesophageal-cancer")
STORIES = (
    Story("450223", "LU01", CANCERS, 17, "没有放疗设备，肿瘤侵及周围组织", "说明了本院条件和到市里治疗的报销办法，家属表示理解", "愿到市里治疗"),
    Story("450224", "RA01", CANCERS, 11, "没有腔镜手术条件", "说明需要到市级医院手术，本人同意", "希望去市人民医院", sent_to="LZ01"),
    Story("450225", "RS01", ("end-stage-renal-disease",), 12, "血透机位已满", "说明需要等候或到市里透析，家属不愿外出",
          answer="已协调该院增开夜间班次，仍由该院收治。"),
)  # fmt: skip


def tell_inabilities() -> int:
    """The stories by the real actions; answers how many. Does nothing a second time."""
    if Inability.objects.everywhere("whether the demo has them").exists():
        return 0
    with transaction.atomic():
        for story in STORIES:
            _tell(story)
    return len(STORIES)


def _tell(story: Story) -> None:
    cases = Case.objects.everywhere("the demo's people").filter(state="verified", hospital_code="", county__code=story.county)
    cases = cases.filter(disease__code__in=story.diseases, verified_on__lt=datetime.date(2017, 10, story.arranged))
    case = cases.select_related("disease", "county__parent", "person").order_by("-verified_on", "-pk").first()
    clerk = Staff.objects.filter(role=Role.CLERK, area__code=story.county).select_related("area__parent").order_by("pk").first()
    liaison = Staff.objects.filter(role=Role.LIAISON, hospital_code=story.hospital).select_related("area__parent").first()
    said_on = datetime.date(2017, 10, story.arranged + 1)
    with on_day(datetime.date(2017, 10, story.arranged)):
        arrange_hospital(by=clerk, case=case, hospital=Hospital.objects.get(code=story.hospital))
    with on_day(said_on):
        said = say_unable(
            by=liaison, case=case, reason=story.reason, talked_on=said_on, talked_with="患者本人和家属", talk=story.talk, wish=story.wish
        )
    with on_day(said_on + datetime.timedelta(days=1)):
        if story.sent_to:
            another = Hospital.objects.get(code=story.sent_to)
            arrange_hospital(by=clerk, case=case, hospital=another, why=Why.UNABLE, note=story.wish)
        elif story.answer:
            answer_inability(by=clerk, inability=said, answer=story.answer)
