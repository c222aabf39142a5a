"""零报告: when a return has nothing to tell, so that sending it is an act of its own with its reason. Pure."""

from reports.forms.wording import NEITHER

# What a nil return says on the pages, form by form.
NOTHING = {
    "F1": "没有一名患者在台账上",
    "F2": "没有经民政核准的非建档立卡患者",
    "F4": "没有单位填报联系人",
    "F6": "没有一例未落实先诊疗后付费",
}


def is_nil(payload: dict) -> bool:
    """Whether a return lists nobody: F1 counts no person in any row, the lists have no line, F6 names no violation."""
    if payload.get("supplement"):  # It tells of earlier periods.
        return False
    if payload["form"] == "F1":
        return not any((payload["total"]["total"], payload["total"]["civil_quarter"], payload[NEITHER], payload["roster"]))
    return not payload["rows"]
