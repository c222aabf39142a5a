"""What the tests of the yearly lists share: the page as ticked, a later list, a second official."""

from ledger.actions.coverage import add_list
from ledger.models import CoverageList, Disease, Programme, Staff
from tests.ledger.kept_desk import day

PAGE, NEW = "/ledger/coverage/", "/ledger/coverage/new/"
ORDER = "柳卫医〔2017〕88号"
TEN = [
    "asd", "vsd", "all", "apl", "oesophageal-cancer", "gastric-cancer", "colon-cancer", "rectal-cancer", "end-stage-renal-disease",
    "cataract",
]  # fmt: skip
NINE_AND_LUNG = [*TEN[:-1], "lung-cancer"]


def named(codes: list[str]) -> list[Disease]:
    known = {one.code: one for one in Disease.objects.select_related("group")}
    return [known[code] for code in codes]


def typed(codes: list[str], starts_on: str = "2017-11-01", document: str = ORDER, **more) -> dict:
    """The page as ticked, each disease with its place."""
    data = {"document": document, **more}
    if starts_on:
        data["starts_on"] = starts_on
    for place, disease in enumerate(named(codes), 1):
        data |= {f"on-{disease.pk}": "on", f"at-{disease.pk}": str(place)}
    return data


def covered(day_: str) -> list[str]:
    return [one.code for one in Programme.objects.get(code="liuzhou").covered_on(day(day_))]


def later_list(cast, starts_on: str = "2018-01-01", codes=NINE_AND_LUNG, by=None) -> CoverageList:
    return add_list(by=by or cast.city, starts_on=day(starts_on), diseases=named(codes), document=ORDER)


def second_official(cast) -> Staff:
    return Staff.objects.create(
        username="city-450200-2", full_name="韦丽华", role="city", area=cast.prefecture, password="", must_change_password=False
    )


def colleague(cast) -> Staff:
    """The same, freshly read, with whom a page can be opened."""
    return Staff.objects.select_related("area__programme").get(pk=second_official(cast).pk)
