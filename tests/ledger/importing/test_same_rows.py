"""A list written in batches leaves the database exactly as writing each of its lines by a desk's own actions does: every row of every table."""

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from ledger import clock
from ledger.actions.categories import hold_category
from ledger.importing import uploads, writing
from ledger.models import Category, Person
from ledger.protection import Sealed
from ledger.standing import differences
from tests.cast import on_day
from tests.ledger.importing.lines import look, rows
from tests.ledger.importing.lists import BORN, f2, roster

pytestmark = pytest.mark.django_db
SURNAMES = "韦黄李陈梁覃王刘单曾仇区"


# ---- the whole database, told without its keys ----


class Told:
    """Every row of every table. A key is told by its place in the table's order, a sealed text in the open, an instant not at all."""

    def __init__(self):
        kept = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
        found = {model: list(model._base_manager.order_by("pk")) for model in kept}
        self.places = {model: {row.pk: place for place, row in enumerate(rows)} for model, rows in found.items()}
        self.rows = {model._meta.label: [self._row(row) for row in rows] for model, rows in found.items()}

    def _row(self, row: models.Model) -> dict:
        told = {field.attname: self._value(field, getattr(row, field.attname)) for field in row._meta.concrete_fields}
        if row._meta.label == "ledger.AuditEvent":
            kind = {"person": "ledger.Person", "case": "ledger.Case", "upload": "ledger.Upload", "division": "ledger.Division"}
            if row.subject_type in kind:
                told["subject_id"] = self._place(apps.get_model(kind[row.subject_type]), row.subject_id)
            if "event" in row.detail:
                told["detail"] = {**row.detail, "event": self._place(apps.get_model("ledger.CaseEvent"), row.detail["event"])}
        return told

    def _value(self, field: models.Field, value):
        if isinstance(field, models.DateTimeField):
            return value is not None
        if field.primary_key and not field.remote_field:
            return self._place(field.model, value)
        if field.remote_field and value is not None:
            return self._place(field.remote_field.model, value)
        return value.reveal() if isinstance(value, Sealed) else value

    def _place(self, model: type[models.Model], key):
        return self.places[model._meta.concrete_model][key]


def both_ways(by, content: bytes, layout: str, monkeypatch) -> list[Told]:
    """The database after the batches, and after each line's own action, from one beginning."""
    found = []
    for together in (True, False):
        with transaction.atomic(), monkeypatch.context() as patch:
            if together:
                patch.setattr(writing.Writer, "_register", lambda self, row: pytest.fail("one by one"))
            else:
                patch.setattr(writing, "register_people", one_by_one)
                patch.setattr(writing, "change_people", one_by_one)
                patch.setattr(writing, "FEW", 1000)
            upload = look(by, content, layout)
            assert {row.result for row in rows(upload)} <= {"new", "changed", "unchanged"}
            done = uploads.import_people(by=by, upload=upload)
            assert done.outcome["refused"] == {} and done.outcome["new"] > 10 and differences() == []
            found.append(Told())
            transaction.set_rollback(True)
    return found


def one_by_one(**told):
    raise IntegrityError("the batch is refused")


def county_roster(cast, lines, moving: bool) -> bytes:
    """Newcomers with every kind of text and home, and known people with something, several things or nothing to change."""
    waits = cast.register("覃福生", category=Category.REGISTERED_POOR, disease=None, phone="13900000002", household_number="2")
    poorer = cast.register("韦桂兰", category=None, disease="gastric-cancer", phone="13900000001", household_number="1")
    held = cast.register("莫家兴", category=None, disease=None, phone="13900000815", household_number="4502221010001")
    today = clock.today()
    hold_category(by=cast.poverty, person=held, category=Category.REGISTERED_POOR, since=today, basis="名册", out_of_poverty_year=2015)
    with on_day(datetime.date(2017, 10, 1)):
        mover = cast.register("石永福", category=Category.DIBAO, disease="gastric-cancer")
    told = [lines.roster(姓名=one.name, 身份证号=one.id_number.reveal(), 脱贫年度=2016) for one in (waits, poorer, held)]
    if moving:
        told.append(lines.roster(姓名=mover.name, 身份证号=mover.id_number.reveal(), 行政村代码="450222102201"))
    years = [None, 2014, 2016] * 4
    told += [lines.roster(姓名=f"{one}爱民", 脱贫年度=year, 户编号=f"{year}1") for one, year in zip(SURNAMES, years, strict=True)]
    strange = "3 组\\8 号 \\N \\t {1,2} “甲”"
    told.append(lines.roster(姓名="尉迟·买买提", 家庭地址=strange, 联系电话="0772-7612345", 行政村代码="450222102201"))
    told.append(lines.roster(姓名="Ann李", 联系电话=None, 户编号=None))
    return roster(*told)


@pytest.mark.parametrize(("role", "moving"), [("clerk", True), ("poverty", False)])
def test_a_roster_leaves_the_same_database_both_ways(cast, lines, role, moving, monkeypatch):
    batch, alone = both_ways(getattr(cast, role), county_roster(cast, lines, moving), "roster", monkeypatch)
    assert batch.rows == alone.rows
    assert (len(batch.rows["ledger.Person"]), len(batch.rows["ledger.Case"])) == (4 + 12 + 2, 2)


@pytest.mark.parametrize("role", ["clerk", "civil", "township"])
def test_annex_2_leaves_the_same_database_both_ways(cast, lines, role, monkeypatch):
    """With diseases, a newcomer's second disease, categories that wait for the list's keeper, and homes that are not named."""
    known = [cast.register(f"韦桂{word}", category=Category.DIBAO, disease="gastric-cancer") for word in "兰芳"]
    told = [lines.f2(姓名=one.name, 身份证号=one.id_number.reveal(), 籍贯=None) for one in known]
    homes, remarks = ["广西柳城县龙头镇龙头村 3 组", "柳城县龙头镇", "广西柳城县"], ["低保", "特困供养证 3 号", None]
    told += [lines.f2(姓名=f"{one}爱民", 籍贯=homes[at % 3], 备注=remarks[at % 3]) for at, one in enumerate(SURNAMES)]
    number = lines.number()
    told += [lines.f2(姓名="石爱民", 身份证号=number, 疾病名称=disease) for disease in ("胃癌", "食道癌")]
    batch, alone = both_ways(getattr(cast, role), f2(*told), "f2", monkeypatch)
    assert batch.rows == alone.rows
    assert (len(batch.rows["ledger.Person"]), len(batch.rows["ledger.Case"])) == (2 + 12 + 1, 2 + 12 + 2)


# ---- one line of many that the database refuses ----


def test_one_number_taken_meanwhile_sends_only_its_neighbours_to_the_desk(cast, lines, monkeypatch):
    """Of sixty newcomers one was registered after the list was judged: hardly any of the others is written one by one."""
    numbers = [cast.id_number(BORN) for _ in range(60)]
    upload = look(cast.clerk, f2(*[lines.f2(身份证号=one.number) for one in numbers]))
    judge, register, alone, progress = uploads._examine, writing.Writer._register, [], []

    def then_another_registers(*told):
        judged = judge(*told)
        cast.register("抢先", disease=None, id_number=numbers[37])
        return judged

    monkeypatch.setattr(uploads, "_examine", then_another_registers)
    monkeypatch.setattr(writing.Writer, "_register", lambda self, row: (alone.append(row.line), register(self, row)))
    upload = uploads.import_people(by=cast.clerk, upload=upload, written=lambda total: progress.append)
    taken = "本县已有抢先用这个身份证号登记，请打开已有的资料。"
    assert upload.outcome == {"new": 59, "changed": 0, "confirmed": 0, "refused": {"41": taken}}
    assert alone == [40, 41, 42, 43, 44, 45] and progress == [6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 60]
    assert Person.objects.visible_to(cast.clerk).count() == 60 and differences() == []
