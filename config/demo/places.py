"""Where the demo lives: Liuzhou's ten counties with real codes and towns, invented villages, and their units' names."""

import datetime

from ledger.models import Division, Programme, UnitName
from ledger.models.division import Level, UnitKind

CITY = "450200"
# Code: name, short name, towns. The first four are the city's own districts.
COUNTIES: dict[str, tuple[str, str, str]] = {
    "450202": ("城中区", "", "静兰街道 河东街道 潭中街道 中南街道"),
    "450203": ("鱼峰区", "", "雒容镇 洛埠镇 里雍镇 白沙镇"),
    "450204": ("柳南区", "", "太阳村镇 洛满镇 流山镇 南环街道"),
    "450205": ("柳北区", "", "石碑坪镇 沙塘镇 长塘镇 白露街道"),
    "450206": ("柳江区", "", "拉堡镇 百朋镇 成团镇 进德镇 穿山镇 三都镇"),
    "450222": ("柳城县", "", "大埔镇 东泉镇 凤山镇 六塘镇 沙埔镇 太平镇"),
    "450223": ("鹿寨县", "", "鹿寨镇 中渡镇 寨沙镇 平山镇 黄冕镇 四排镇"),
    "450224": ("融安县", "", "长安镇 浮石镇 泗顶镇 板榄镇 大将镇 大良镇"),
    "450225": ("融水苗族自治县", "融水县", "融水镇 和睦镇 三防镇 怀宝镇 洞头镇 大浪镇"),
    "450226": ("三江侗族自治县", "三江县", "古宜镇 丹洲镇 斗江镇 林溪镇 八江镇 独峒镇"),
}
URBAN = ("450202", "450203", "450204", "450205")
VILLAGE_FIRST = "上 古 六 板 龙 石 大 竹 水 木 下 新 平 长 岭"
VILLAGE_LAST = "塘 洞 寨 田 坡 口 坪 湾 背 冲 屯 桥"
REORGANISED_ON = datetime.date(2019, 1, 1)  # 卫生和计划生育 became 卫生健康.
KINDS = {
    UnitKind.CIVIL: "民政局",
    UnitKind.POVERTY: "扶贫开发办公室",
    UnitKind.DISABLED: "残疾人联合会",
    UnitKind.INSURANCE: "医疗保险管理所",
    UnitKind.FINANCE: "财政局",
}


def townships_of(county_code: str) -> list[tuple[str, str]]:
    """The codes and names of a county's towns: streets are numbered from 001, towns from 100, as the official codes are."""
    towns, street, town = [], 0, 99
    for name in COUNTIES[county_code][2].split():
        if name.endswith("街道"):
            street += 1
        else:
            town += 1
        towns.append((f"{county_code}{street if name.endswith('街道') else town:03d}", name))
    return towns


def clinic_of(township: str) -> str:
    return f"{township.removesuffix('街道')}{'社区卫生服务中心' if township.endswith('街道') else '卫生院'}"


class Places:
    """The divisions just made, by code; the rest of the demo asks here instead of the database."""

    def __init__(self, city: Division, counties: list[Division], townships: list[Division], villages: list[Division]):
        self.city, self.counties = city, {county.code: county for county in counties}
        self.townships = {code: [town for town in townships if town.parent_id == county.pk] for code, county in self.counties.items()}
        self.villages = {town.code: [village for village in villages if village.parent_id == town.pk] for town in townships}
        self.by_code = {place.code: place for place in (city, *counties, *townships, *villages)}


def make_places() -> Places:
    """The prefecture with its programme, counties, towns and villages, and the names of every unit in them."""
    programme = Programme.objects.get(code="liuzhou")
    city = Division.objects.create(code=CITY, name="柳州市", level=Level.PREFECTURE, programme=programme)
    counties = Division.objects.bulk_create(
        Division(code=code, name=name, short_name=short, level=Level.COUNTY, parent=city) for code, (name, short, _) in COUNTIES.items()
    )
    townships = Division.objects.bulk_create(
        Division(code=code, name=name, level=Level.TOWNSHIP, parent=county)
        for county in counties
        for code, name in townships_of(county.code)
    )
    villages = Division.objects.bulk_create(_villages(townships))
    _name_units(city, counties, townships)
    return Places(city, counties, townships, villages)


def _villages(townships: list[Division]) -> list[Division]:
    first, last = VILLAGE_FIRST.split(), VILLAGE_LAST.split()
    made = []
    for index, town in enumerate(townships):
        kind = "社区" if town.name.endswith("街道") else "村"
        for number in range(3 + index % 3):
            # 15 and 12 with the steps 4 and 5 keep the names within a county apart.
            name = first[(index * 4 + number * 7) % len(first)] + last[(index * 5 + number) % len(last)]
            made.append(Division(code=f"{town.code}{200 + number}", name=f"{name}{kind}", level=Level.VILLAGE, parent=town))
    return made


def _name_units(city: Division, counties: list[Division], townships: list[Division]) -> None:
    office = {city.pk: "委员会"}
    rows = []
    for place in (city, *counties):
        body, short = office.get(place.pk, "局"), "委" if place.pk == city.pk else "局"
        rows += [
            UnitName(
                division=place, kind=UnitKind.HEALTH, name=f"{place.name}卫生和计划生育{body}", short_name=f"{place.label}卫计{short}"
            ),
            UnitName(
                division=place,
                kind=UnitKind.HEALTH,
                name=f"{place.name}卫生健康{body}",
                short_name=f"{place.label}卫健{short}",
                since=REORGANISED_ON,
            ),
            *(
                UnitName(division=place, kind=kind, name=f"{place.name}{name}", short_name=f"{place.label}{name}")
                for kind, name in KINDS.items()
            ),
        ]
    rows += [UnitName(division=town, kind=UnitKind.CLINIC, name=clinic_of(town.name)) for town in townships]
    UnitName.objects.bulk_create(rows)
