"""Where a list's people live: by the village's code, by what 籍贯 names, or nowhere yet, which a county can fill in later."""

from dataclasses import dataclass

from ledger import clock
from ledger.actions.trail import record
from ledger.models import Division, Staff
from ledger.models.division import Level

NO_TOWN, NO_VILLAGE = "乡镇待定", "村待定"


@dataclass
class Home:
    """A village, or the town alone, or only that it is in the importer's area; ``rest`` is what follows the village's name."""

    village: Division | None = None
    town: Division | None = None
    named: bool = False
    rest: str = ""


class Places:
    """The towns and villages in use of the importer's area, looked up once for a whole list."""

    def __init__(self, staff: Staff):
        self.area, self.county = staff.area, staff.area.county
        villages = (
            Division.objects.in_use().filter(level=Level.VILLAGE, parent__parent=self.county).select_related("parent__parent__parent")
        )
        self.by_code = {village.code: village for village in villages}
        self.towns = {village.parent.name: village.parent for village in self.by_code.values()}
        self.by_name: dict[str, list[Division]] = {}
        for village in self.by_code.values():
            self.by_name.setdefault(village.name, []).append(village)
            self.by_name.setdefault(village.parent.name + village.name, []).append(village)

    def reaches(self, village: Division) -> bool:
        return self.area.level == Level.COUNTY or village.parent_id == self.area.pk

    def named_in(self, text: str) -> Home:
        """What a 籍贯 such as 广西柳城县龙头镇龙头村 says of where somebody lives."""
        rest, named = text, False
        for name in (self.county.name, self.county.label):
            if name in text:
                rest, named = text.partition(name)[2], True
                break
        if len(self.by_name.get(rest, ())) == 1:
            return Home(village=self.by_name[rest][0], named=True)
        for name, town in self.towns.items():
            if rest.startswith(name):
                return self._in_town(town, rest.removeprefix(name))
        return Home(named=named)

    def _in_town(self, town: Division, rest: str) -> Home:
        for village in self.by_code.values():
            if village.parent_id == town.pk and rest.startswith(village.name):
                return Home(village=village, named=True, rest=rest.removeprefix(village.name).strip())
        return Home(town=town, named=True)


def village_to_come(home: Home, by: Staff) -> Division:
    """The village to write for somebody whose list names none: 村待定 of the town, or of 乡镇待定; made when first needed.

    Both are kept out of use, so that nobody is registered there by hand and the list of cases can still be narrowed to them.
    """
    town = home.town or (by.area if by.area.level == Level.TOWNSHIP else None)
    if town is None:
        town = _placeholder(by.area, NO_TOWN, Level.TOWNSHIP, by)
    return _placeholder(town, NO_VILLAGE, Level.VILLAGE, by)


def _placeholder(parent: Division, name: str, level: Level, by: Staff) -> Division:
    defaults = {"name": name, "level": level, "parent": parent, "ended_on": clock.today()}
    division, made = Division.objects.get_or_create(code=f"{parent.code}000", defaults=defaults)
    division.parent = parent  # Known here, and not to be asked for once more by whoever writes with it.
    if made:
        record("division_added", by=by, subject=division, county=by.area.county, detail={"code": division.code, "name": name})
    return division
