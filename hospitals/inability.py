"""A hospital that has no means to treat a case says so, with the talk to the patient (柳卫医〔2017〕40号 二（二）)."""

import datetime

from django.db import transaction

from hospitals.models import Hospital, Inability
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_case
from ledger.actions.refusals import Refused
from ledger.models import Case, Role, Staff

LENGTHS = {name: Inability._meta.get_field(name).max_length for name in ("reason", "talked_with", "talk", "wish")}


@transaction.atomic
def say_unable(
    *, by: Staff, case: Case, reason: str, talked_on: datetime.date, talked_with: str, talk: str, wish: str = ""
) -> Inability:  # fmt: skip
    """The arranged hospital says what it lacks for this case and what the patient was told; the county then arranges another.

    Raises Refused: not the liaison of the hospital arranged, a case not waiting for treatment there, said already, no reason or
    talk, a talk in the future or before discovery.
    """
    case = hold_case(case, by)
    if by.role != Role.LIAISON:
        raise Refused("由定点医院联络员说明。")
    if case.hospital_code != by.hospital_code:
        raise Refused("这位患者现在不由本院收治，不用说明。")
    if case.state not in ("verified", "planned"):
        raise Refused(f"现在的状态是“{case.get_state_display()}”，入院以前才能说明；治疗中要到上级医院的，请办转诊。")
    said = Inability.objects.everywhere("what was said of one held case").filter(case=case).open().first()
    if said:
        raise Refused(f"{said.said_on} 已经说明，县卫健部门正在安排。请刷新后再看。")
    for name, words, label in (("reason", reason, "不具备的条件"), ("talked_with", talked_with, "谈话对象"), ("talk", talk, "谈话记录")):
        if not words.strip():
            raise Refused(f"请填写{label}。", name)
    if talked_on > clock.today():
        raise Refused(f"谈话日期 {talked_on} 晚于今天，请改正。", "talked_on")
    if talked_on < case.found_on:
        raise Refused(f"谈话日期 {talked_on} 早于发现日期 {case.found_on}，请改正。", "talked_on")
    hospital = Hospital.objects.get(code=by.hospital_code)
    made = Inability.objects.create(
        case=case, hospital=hospital, said_on=clock.today(), said_by=by, reason=reason.strip(), talked_on=talked_on,
        talked_with=talked_with.strip(), talk=talk.strip(), wish=wish.strip(),
    )  # fmt: skip
    text = f"{hospital.name}说明不具备{case.disease}诊疗条件，已与{made.talked_with}谈话" + (f"，意愿：{made.wish}" if made.wish else "")
    tell(case.person, "inability_said", text, by=by, case=case, reason=made.reason)
    return made
