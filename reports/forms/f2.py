"""F2 民政核准台账管理表: the people civil affairs verified who are not 建档立卡, disease by disease."""

import datetime
from collections.abc import Sequence

from ledger.models import Case, Disease
from reports.forms.f1 import CaseLine
from reports.forms.people import civil_categories, particulars
from reports.forms.wording import F2_HEADINGS as HEADINGS

__all__ = ["HEADINGS", "f2_rows"]


def f2_rows(lines: Sequence[CaseLine], on: datetime.date, diseases: Sequence[Disease]) -> list[dict]:
    """F2's rows: diseases in the coverage list's order, 序号 from 1 in each, people in the order they came on the ledger."""
    counted = [line for line in lines if line.civil_verified and not line.registered_poor]
    people = {line.person for line in counted}
    known, categories = particulars(people, on), civil_categories(people, on)
    cases = Case.objects.everywhere("a county's return prints its people").filter(pk__in=[line.case for line in counted])
    registered = dict(cases.values_list("pk", "registered_on"))
    rows = []
    for disease in diseases:
        of_disease = [line for line in counted if line.disease == disease.pk]
        of_disease.sort(key=lambda line: (registered[line.case], line.person))
        for number, line in enumerate(of_disease, start=1):
            facts = known[line.person]
            rows.append(
                {
                    "person": line.person,
                    "disease": disease.name,
                    "number": number,
                    "name": facts.name,
                    "sex": facts.sex,
                    "age": facts.age,
                    "native_place": facts.native_place,
                    "id_number": facts.id_number or facts.insurance_number,  # 身份证号(合医证)
                    "registered_on": registered[line.case].isoformat(),
                    "remark": categories.get(line.person, ""),
                }
            )
    return rows
