"""F4 专职联系人回执: whom a county's bureau and its hospitals, or all of a city, have named by a day. (柳卫医〔2017〕40号 附件6)"""

import datetime

from hospitals.contacting import Unit, units_of
from ledger.models import Division, UnitName
from ledger.models.division import Level, UnitKind
from reports.forms.payload import filler_of, head_of
from reports.models import Form

HEADINGS = ("姓名", "单位", "职务", "电话", "手机", "邮箱")


def f4_title(city: str) -> str:
    return f"{city}农村贫困人口大病专项救治工作专职联系人回执"


def f4_payload(division: Division, on: datetime.date) -> dict:
    """A county's receipt (its bureau and the hospitals that answer it) or the city's (everybody), as of a day."""
    prefecture = division.prefecture
    county = division if division.level == Level.COUNTY else None
    units = units_of(prefecture, on, county=county)
    filler = filler_of(county) if county else None
    return {
        "title": f4_title(prefecture.name),
        "unit": UnitName.on(division, UnitKind.HEALTH, on),
        "on": on.isoformat(),
        "rows": [_row(unit) for unit in units if unit.contact],
        "missing": [unit.name for unit in units if not unit.contact],
        "filler": filler.full_name if filler else "",
        "phone": filler.work_phone if filler else "",
    }


def f4_return(county: Division, covers_from: datetime.date, period: datetime.date, on: datetime.date) -> dict:
    """The same receipt as a return for what was due: with the head that every return bears."""
    return f4_payload(county, on) | head_of(Form.F4.value, county, period, on, covers_from=covers_from)


def _row(unit: Unit) -> list[str]:
    contact = unit.contact
    return [contact.name, unit.name, contact.position, contact.phone.reveal(), contact.mobile.reveal(), contact.email]
