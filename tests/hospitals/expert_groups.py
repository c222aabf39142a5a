"""Expert groups for the stories: 眼科组 of 柳州市 with its head 陆振东, who has an account, and a member who has none."""

from hospitals.experts import ExpertFacts, add_expert, add_group
from hospitals.models import Expert, ExpertGroup
from tests.refusing import refusal

DOCUMENT = "柳卫医〔2017〕40号 附件5"


def member(cast, group: ExpertGroup, name: str, *, by=None, heads: bool = False, staff=None, phone: str = "") -> Expert:
    facts = ExpertFacts(name=name, hospital=cast.city_hospital, department="眼科", title="主任医师", phone=phone, heads=heads, staff=staff)
    return add_expert(by=by or cast.city, group=group, facts=facts, document=DOCUMENT)


def eye_group(cast) -> ExpertGroup:
    """The city's 眼科组 for 白内障."""
    group = add_group(by=cast.city, parent=None, name="眼科组", diseases=[cast.disease("cataract")], document=DOCUMENT)
    member(cast, group, "陆振东", heads=True, staff=cast.expert)
    member(cast, group, "谭雪梅")
    return group


def refused(act, **given) -> tuple[str, str]:
    """The sentence and its field, empty where it has none."""
    message, field = refusal(lambda: act(**given))
    return message, field or ""
