"""The demo's expert groups by annex 5 (its groups and hospitals; every name invented), two counties' own, and consultations in every state."""

import datetime
from dataclasses import dataclass
from random import Random

from config.demo.book import Book
from config.demo.calendar import SEED, ZONE
from config.demo.invention import Invention
from config.demo.places import Places
from hospitals.models import Consultation, Expert, ExpertGroup, Hospital
from ledger.models import Case, Disease, Role, Staff

SINCE = datetime.date(2017, 7, 28)
CANCERS = ("oesophageal-cancer", "gastric-cancer", "colon-cancer", "rectal-cancer")
CHIEF, DEPUTY = "主任医师", "副主任医师"
# Area, group, the group above, diseases, members (hospital, department, title); a group's head stands first.
GROUPS = [
    ("450200", "消化道肿瘤组", "", CANCERS, [("LZ01", "普外科", CHIEF)]),
    ("450200", "手术组", "消化道肿瘤组", (), [
        ("LZ01", "普外科", CHIEF), ("LZ01", "心胸外科", CHIEF), ("LZ02", "胃肠外科", DEPUTY), ("LZ02", "直肠肛门外科", DEPUTY),
        ("LZ03", "胃肠外科", DEPUTY), ("LZ04", "胸外科", CHIEF), ("LZ05", "胃肠外科", CHIEF),
    ]),
    ("450200", "化疗组", "消化道肿瘤组", (), [("LZ01", "肿瘤内科", CHIEF), ("LZ02", "肿瘤科", DEPUTY), ("LZ03", "肿瘤科", DEPUTY)]),
    ("450200", "放疗组", "消化道肿瘤组", (), [("LZ03", "肿瘤科", CHIEF), ("LZ01", "肿瘤放疗科", DEPUTY), ("LZ05", "肿瘤放疗科", DEPUTY)]),
    ("450200", "终末期肾病组", "", ("end-stage-renal-disease",), [("LZ02", "肾内科", CHIEF), ("LZ01", "肾内科", CHIEF), ("LZ03", "肾内科", DEPUTY)]),
    ("450222", "柳城县专家组", "", (*CANCERS, "cataract"), [("LC01", "外科", CHIEF), ("LC01", "眼科", DEPUTY), ("LC01", "内科", DEPUTY)]),
    ("450223", "鹿寨县专家组", "", (*CANCERS, "end-stage-renal-disease"), [("LU01", "外科", CHIEF), ("LU01", "肾内科", DEPUTY)]),
]  # fmt: skip
# The two experts' accounts head these groups.
WITH_ACCOUNT = {"消化道肿瘤组": 0, "终末期肾病组": 1}


@dataclass(frozen=True)
class Story:
    """Whose hospital asked which group on which day of October, and what came of it."""

    county: str
    disease: str
    group: str
    day: int
    question: str
    remote: bool = False
    wanted: int = 0
    answered: tuple[int, str] | None = None
    cancelled: tuple[int, str] | None = None


STORIES = (
    Story("450222", "gastric-cancer", "消化道肿瘤组", 18, "胃窦占位，能否先化疗再手术", wanted=24),
    Story("450223", "end-stage-renal-disease", "终末期肾病组", 12, "透析中反复低血压，如何调整方案", remote=True, wanted=17),
    Story("450225", "end-stage-renal-disease", "终末期肾病组", 9, "内瘘闭塞，是否改为长期导管", remote=True,
          answered=(12, "建议先行介入开通，不成功再改带隧道和涤纶套导管；术前复查凝血。")),
    Story("450224", "gastric-cancer", "手术组", 10, "贲门癌，可否在县里手术", cancelled=(13, "患者已决定到市里治疗")),
    Story("450222", "cataract", "柳城县专家组", 11, "合并糖尿病，何时手术", answered=(13, "空腹血糖降到 8 以下再做，术后加强抗感染。")),
)  # fmt: skip


def make_groups(places: Places, hospitals: dict[str, Hospital], diseases: dict[str, Disease], staff: list[Staff]) -> dict[str, ExpertGroup]:
    """The groups by name, with their members."""
    invention, made = Invention(Random(SEED + 5)), {}
    accounts = sorted((one for one in staff if one.role == Role.EXPERT), key=lambda one: one.username)
    areas = {places.city.code: places.city, **places.counties}
    links, members = [], []
    for position, (area, name, above, treats, people) in enumerate(GROUPS, start=1):
        group = ExpertGroup.objects.create(area=areas[area], name=name, parent=made.get(above), position=position)
        made[name] = group
        links += [ExpertGroup.diseases.through(expertgroup=group, disease=diseases[code]) for code in treats]
        for number, (hospital, department, title) in enumerate(people):
            account = accounts[WITH_ACCOUNT[name]] if number == 0 and name in WITH_ACCOUNT else None
            members.append(
                Expert(
                    group=group, name=account.full_name if account else invention.staff_name(), hospital=hospitals[hospital],
                    department=department, title=title, phone=f"0772260{len(members):04d}", heads=number == 0, staff=account, since=SINCE,
                )
            )  # fmt: skip
    ExpertGroup.diseases.through.objects.bulk_create(links)
    Expert.objects.bulk_create(members)
    return made


def tell_consultations(book: Book, groups: dict[str, ExpertGroup]) -> list[Consultation]:
    """The consultations, unsaved, with their events in the book; the same patients at every load."""
    asked: list[Case] = []
    for story in STORIES:
        asked.append(next(
            case for case in book.cases
            if case.county.code == story.county and case.disease.code == story.disease and case.hospital_code and case not in asked
            and case.state in ("planned", "in_treatment", "treated") and case.verified_on and case.verified_on < _at(story.day, 9).date()
        ))  # fmt: skip
    return [_told(book, story, case, groups[story.group]) for story, case in zip(STORIES, asked, strict=True)]


def _at(day: int, hour: int) -> datetime.datetime:
    return datetime.datetime(2017, 10, day, hour, 35, tzinfo=ZONE)


def _told(book: Book, story: Story, case: Case, group: ExpertGroup) -> Consultation:
    asker, at = book.cast.one(Role.LIAISON, case.hospital_code), _at(story.day, 10)
    kind = "远程会诊" if story.remote else "会诊"
    made = Consultation(
        case=case, group=group, remote=story.remote, question=story.question, asked_at=at, asked_by=asker,
        wanted_by=datetime.date(2017, 10, story.wanted) if story.wanted else None,
    )  # fmt: skip
    book.tell(case.person, "consult_asked", f"{case.disease}申请{kind}，{group.name}：{story.question}", by=asker, at=at, case=case)
    if story.answered:
        day, made.answer = story.answered
        made.expert = group.experts.get(heads=True)
        made.answered_by, made.answered_on = made.expert.staff or asker, _at(day, 15).date()
        text = f"{case.disease}{kind}意见，{made.expert.name}（{group.name}）：{made.answer}"
        book.tell(case.person, "consult_answered", text, by=made.answered_by, at=_at(day, 15), case=case)
    if story.cancelled:
        day, made.cancelled_reason = story.cancelled
        made.cancelled_on = _at(day, 15).date()
        text = f"{case.disease}取消{group.name}{kind}"
        book.tell(case.person, "consult_cancelled", text, by=asker, at=_at(day, 15), case=case, reason=made.cancelled_reason)
    return made
