"""Half a year of returns as the demo tells them: who was late, sent back, given more time, unlocked; told in tables."""

import datetime
from dataclasses import dataclass

from reports.models import Form
from reports.submission_moves import ACCEPTED, LOCKED, RECEIVED, SUBMITTED, UNLOCKED

MAY, JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER = (datetime.date(2017, month, 1) for month in range(5, 11))
PAST = (MAY, JUNE, JULY, AUGUST, SEPTEMBER)
F1, F2, F4, F6 = Form.F1, Form.F2, Form.F4, Form.F6
Key = tuple[str, datetime.date, str]  # County, period, form.
MISSING = None
# Calendar days after the deadline's own day; whoever is not named handed in on that day, whoever has MISSING never did.
LATE: dict[Key, int | None] = {
    ("450225", MAY, F2): 1,
    ("450226", MAY, F1): 8,
    ("450226", MAY, F2): 8,
    ("450224", JUNE, F1): 3,
    ("450205", JULY, F2): 3,
    ("450206", AUGUST, F2): 2,
    ("450225", AUGUST, F1): 3,
    ("450225", AUGUST, F2): 3,
    ("450226", AUGUST, F1): MISSING,
    ("450226", AUGUST, F2): MISSING,
    ("450226", AUGUST, F4): MISSING,
    ("450204", SEPTEMBER, F1): 3,
    ("450224", SEPTEMBER, F2): MISSING,
    ("450225", SEPTEMBER, F2): MISSING,
    ("450226", SEPTEMBER, F1): 3,
    ("450226", SEPTEMBER, F2): 3,
    ("450204", SEPTEMBER, F6): MISSING,
    ("450226", SEPTEMBER, F6): 9,
}
# How far the city has come with a month's returns, and with single ones.
STANDS = {MAY: LOCKED, JUNE: LOCKED, JULY: LOCKED, AUGUST: ACCEPTED, SEPTEMBER: RECEIVED}
STANDS_ELSE: dict[Key, str] = {
    ("450224", JULY, F1): UNLOCKED,
    ("450202", SEPTEMBER, F1): ACCEPTED,
    ("450202", SEPTEMBER, F2): ACCEPTED,
    ("450203", SEPTEMBER, F1): ACCEPTED,
    ("450222", SEPTEMBER, F1): ACCEPTED,
    ("450226", SEPTEMBER, F1): SUBMITTED,
    ("450226", SEPTEMBER, F2): SUBMITTED,
    ("450226", SEPTEMBER, F6): SUBMITTED,
}


@dataclass(frozen=True)
class SentBack:
    """Submitted some days before the deadline, sent back with remarks on single cells, corrected and handed in again."""

    submitted: str
    returned: str
    again: str
    reason: str
    remarks: tuple[tuple[str, str, str], ...]  # Place, the remark, the county's answer.


@dataclass(frozen=True)
class Opened:
    """Locked too early: unlocked by two, corrected and handed in again; or still to be corrected."""

    submitted: str
    asked: str
    agreed: str
    reason: str
    again: str = ""


SENT_BACK: dict[Key, SentBack] = {
    ("450206", JUNE, F1): SentBack(
        "2017-06-19", "2017-06-20", "2017-06-22", "统计只到 19 日，白内障和胃癌两行请核对后重报",
        (
            ("白内障|treated", "比县医院报来的手术例数少，请核对", "19 日以后完成治疗的已补入，与县医院核对一致"),
            ("胃癌|total", "请核对新登记的患者是否都已计入", "已逐村核对，新登记的都已计入"),
        ),
    ),
}  # fmt: skip
OPENED: dict[Key, Opened] = {
    ("450223", MAY, F1): Opened(
        "2017-05-18", "2017-06-06", "2017-06-07", "18 日就报了，漏了 19 日至 23 日登记和完成治疗的人", "2017-06-08"
    ),
    ("450224", JULY, F1): Opened("2017-07-21", "2017-10-18", "2017-10-19", "融安县人民医院补报了 7 月完成手术的名单，要更正累计救治数"),
}


@dataclass(frozen=True)
class MoreTime:
    """An asking for more time and the city's answer: granted until a day, refused, taken back, or none yet."""

    asked: str
    until: str
    reason: str
    state: str  # extension.STATES
    answered: str = ""
    granted: str = ""
    answer: str = ""


MORE_TIME: dict[Key, MoreTime] = {
    ("450205", JULY, F2): MoreTime(
        "2017-07-20", "2017-07-25", "民政局核准名单 24 日才能盖章", "granted", "2017-07-20", "2017-07-25", "同意，请按期上报"
    ),
    ("450222", AUGUST, F2): MoreTime("2017-08-22", "2017-08-25", "民政核准名单还差 2 人", "withdrawn", "2017-08-23"),
    ("450226", AUGUST, F1): MoreTime(
        "2017-08-23", "2017-08-31", "经办人外出培训", "refused", "2017-08-23", "", "已提前一周催报，请安排其他同志尽快上报"
    ),
    ("450224", SEPTEMBER, F2): MoreTime(
        "2017-09-20", "2017-10-25", "全县低保年审，民政核准名单 10 月下旬才能定稿", "granted", "2017-09-21", "2017-10-25", "同意，年审结束后请即上报"
    ),
    ("450225", SEPTEMBER, F2): MoreTime(
        "2017-09-21", "2017-09-29", "两个乡镇名单还在核对", "granted", "2017-09-21", "2017-09-29", "同意展期一周"
    ),
    ("450226", OCTOBER, F1): MoreTime("2017-10-19", "2017-10-27", "山洪冲断道路，三个乡镇的资料还没有送到", "asked"),
    ("450226", OCTOBER, F2): MoreTime("2017-10-19", "2017-10-27", "山洪冲断道路，三个乡镇的资料还没有送到", "asked"),
}  # fmt: skip
# Asked for and not agreed to: day, by the county's lead, why, the city's day and answer (none: still waiting).
LOCKED_STILL: dict[Key, tuple[str, str, str, str]] = {
    ("450206", JUNE, F2): ("2017-08-02", "想把一名患者的籍贯改全称", "2017-08-03", "不影响数字，下月起按全称填写即可"),
    ("450222", JULY, F2): ("2017-10-19", "一名低保对象的身份证号末位登错，已在台账改正，要更正 7 月台账", "", ""),
}
# One person did both while the other had been lent to another office.
ALONE_COUNTY, ALONE_FROM, ALONE_UNTIL = "450226", datetime.date(2017, 6, 1), datetime.date(2017, 6, 30)
ALONE_REASON = "一名同志借调县扶贫指挥部，6 月只有一位人员在岗"
NIL = {F1: "逐村核对，本期没有在台账的患者。", F2: "已与县民政局核对，本期没有核准的对象。", F6: "逐院核对，本期没有收取押金的情况。"}
