"""What becomes of each line, against a ledger that knows some of the people: nothing is guessed, nothing is lost."""

import datetime

import pytest

from ledger.actions.cases import close_case
from ledger.actions.categories import end_category
from ledger.actions.id_numbers import correct_id_number
from ledger.importing import uploads
from ledger.importing.plans import CHANGED, DOUBTFUL, NEW, REFUSED, UNCHANGED
from ledger.models import AuditEvent, Category, Person
from tests.ledger.importing.lines import look, rows
from tests.ledger.importing.lists import BORN, f2, roster

pytestmark = pytest.mark.django_db


def test_what_the_ledger_knows_decides(cast, lines):
    known = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer", native_place="广西柳城县")
    same = {"姓名": "韦桂兰", "身份证号": known.id_number.reveal(), "城乡居民医保建立台帐时间": datetime.date(2017, 10, 20)}
    plain = rows(look(cast.clerk, f2(lines.f2(**same))))[0]
    assert (plain.result, plain.changes, plain.message) == (UNCHANGED, [], "")
    moved = rows(look(cast.clerk, f2(lines.f2(**{**same, "籍贯": "广西鹿寨县", "备注": "特困", "疾病名称": "白内障"}))))[0]
    assert (moved.result, moved.changes) == (CHANGED, [
        ("F4", "籍贯", "广西柳城县", "广西鹿寨县"), ("I4", "人员类别", "空", "特困供养"), ("A4", "病例", "空", "白内障，状态“待核实”"),
    ])  # fmt: skip
    other = rows(look(cast.clerk, f2(lines.f2(**{**same, "姓名": "韦桂芳"}))))[0]
    assert (other.result, other.confirm) == (DOUBTFUL, "确认")
    assert other.told == [("C4", "姓名", "台账里同一身份证号的姓名是“韦桂兰”。请确认姓名。")]


def test_a_doubt_names_its_cell_and_offers_what_can_be_said(cast, lines):
    child, stranger = lines.number(born_on=datetime.date(2002, 1, 5)), lines.number(county="450122")
    cast.register("罗小妹", id_absent_reason="户口办理中", born_on=BORN)
    told = [
        lines.f2(年龄=56), lines.f2(性别="男"), lines.f2(疾病名称="房间隔缺损", 年龄=15, 身份证号=child),
        lines.f2(身份证号=stranger, 籍贯="广西武鸣"), lines.f2(姓名="罗小妹"), lines.f2(姓名="罗小妹", 身份证号=None),
    ]  # fmt: skip
    looked = rows(look(cast.clerk, f2(*told)))
    assert [(row.result, row.told[0][0], row.told[0][2], row.confirm) for row in looked] == [
        (DOUBTFUL, "E4", "年龄填 56，按身份证号是 66。请确认以哪个为准。", "以证号为准"),
        (DOUBTFUL, "D5", "性别填男，按身份证号是女。请确认以哪个为准。", "以证号为准"),
        (DOUBTFUL, "E6", "已满 15 岁，超过 14 岁的年龄限制。须负责人确认。", "确认"),
        (DOUBTFUL, "G7", "身份证号开头 450122 不是本县。请确认住址在本县。", "确认"),
        (DOUBTFUL, "C8", "台账里有同名、同出生年、没有身份证号的罗小妹。同一人的请在台账里补证号；不是的请确认。", "不是同一人"),
        (DOUBTFUL, "C9", "没有身份证号，台账里有同名的罗小妹（1951 年生，龙头村）。请确认是不是同一人。", "是同一人"),
    ]


def test_a_line_without_a_number_and_several_of_its_name_wants_the_number(cast, lines):
    for _ in range(2):
        cast.register("罗小妹", born_on=BORN)
    (row,) = rows(look(cast.clerk, f2(lines.f2(姓名="罗小妹", 身份证号=None))))
    assert (row.result, row.told, row.confirm) == (
        DOUBTFUL, [("G4", "身份证号(合医证)", "没有身份证号，台账里有 2 个同名的罗小妹。请补上身份证号。")], "",
    )  # fmt: skip


def test_a_number_that_was_corrected_makes_no_second_person_unasked(cast, lines):
    own, stranger = cast.register("韦桂兰"), cast.register("覃水莲", village=cast.village2)
    for by, person in ((cast.clerk, own), (cast.clerk2, stranger)):
        old, number = person.id_number.reveal(), cast.id_number(BORN)
        correct_id_number(by=by, person=person, version=person.version, number=number, why="录入错误")
        person.old = old
    told = [lines.f2(姓名="韦桂兰", 身份证号=own.old), lines.f2(姓名="覃水莲", 身份证号=stranger.old)]
    upload = look(cast.clerk, f2(*told))
    sentence = "这是韦桂兰（龙头村）改正前的身份证号，2017-10-20 已改正。同一人的请改用现在的证号；不是的请确认。"
    assert [(row.result, row.told, row.confirm) for row in rows(upload)] == [
        (DOUBTFUL, [("G4", "身份证号(合医证)", sentence)], "不是同一人"), (NEW, [], ""),
    ]  # fmt: skip
    uploads.decide(by=cast.clerk, upload=upload, line=4, yes=True)
    assert uploads.import_people(by=cast.clerk, upload=upload).outcome == {"new": 1, "changed": 0, "confirmed": 1, "refused": {}}


def test_somebody_already_ended_is_doubtful(cast, lines):
    person = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer")
    end_category(by=cast.civil, fact=person.categories.get(), on=datetime.date(2017, 9, 1), reason="收入超标")
    close_case(by=cast.lead, case=cast.case_of(person), outcome="died", on=datetime.date(2017, 10, 20), reason="因病死亡")
    line = lines.f2(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 籍贯=None, 备注="低保")
    (row,) = rows(look(cast.clerk, f2(line)))
    assert (row.result, row.confirm, [sentence for _, _, sentence in row.told]) == (DOUBTFUL, "", [
        "低保已在 2017-08-31 终止，名单里又有。请确认恢复。",
        "台账里这一例已在 2017-10-20 按“死亡”销号。请核对名单；确要恢复的由负责人办理。",
    ])  # fmt: skip


def test_one_person_on_several_lines(cast, lines):
    twice, torn, two = lines.number(), lines.number(), lines.number()
    told = [
        lines.f2(身份证号=twice), lines.f2(身份证号=twice), lines.f2(身份证号=two), lines.f2(身份证号=two, 疾病名称="白内障"),
        lines.f2(身份证号=torn, 籍贯="广西柳城县"), lines.f2(身份证号=torn, 籍贯="广西鹿寨县", 疾病名称="白内障"),
    ]  # fmt: skip
    looked = rows(look(cast.clerk, f2(*told)))
    assert [(row.line, row.result, [sentence for _, _, sentence in row.told] or row.message) for row in looked] == [
        (4, NEW, "建档并登记 1 例，状态“待核实”；低保；住址待补"),
        (5, REFUSED, ["和第 4 行是同一个人、同一个病种。请只留一行。"]),
        (6, NEW, "建档并登记 1 例，状态“待核实”；低保；住址待补"),
        (7, NEW, "第 6 行的同一人，再登记 1 例，状态“待核实”"),
        (8, REFUSED, ["和第 9 行是同一个身份证号，籍贯不同。请核对后只留一行。"]),
        (9, REFUSED, ["和第 8 行是同一个身份证号，籍贯不同。请核对后只留一行。"]),
    ]


def test_one_disease_by_two_names_is_one_and_two_diseases_may_have_two_remarks(cast, lines):
    one, two = lines.number(), lines.number()
    told = [
        lines.f2(身份证号=one, 疾病名称="食管癌"), lines.f2(身份证号=one, 疾病名称="食道癌"),
        lines.f2(身份证号=two, 备注="低保，术后"), lines.f2(身份证号=two, 疾病名称="白内障", 备注="低保，待手术"),
    ]  # fmt: skip
    looked = rows(look(cast.clerk, f2(*told)))
    assert [(row.result, [sentence for _, _, sentence in row.told]) for row in looked] == [
        (NEW, []), (REFUSED, ["和第 4 行是同一个人、同一个病种。请只留一行。"]), (NEW, []), (NEW, []),
    ]  # fmt: skip


# ---- another county ----


def told_elsewhere() -> int:
    return AuditEvent.objects.filter(action="held_elsewhere").count()


def test_another_countys_person_answers_as_everywhere_and_is_counted(cast, lines):
    stranger = cast.register("覃水莲", village=cast.village2)
    content = f2(lines.f2(姓名="覃水莲", 身份证号=stranger.id_number.reveal()), lines.f2())
    looked = rows(look(cast.clerk, content))
    assert [(row.result, [sentence for _, _, sentence in row.told]) for row in looked] == [
        (REFUSED, ["已在其他县区登记，可申请转入。"]), (NEW, []),
    ]  # fmt: skip
    assert told_elsewhere() == 1


def test_the_days_allowance_holds_for_lists_and_then_tells_nothing(cast, lines, monkeypatch):
    monkeypatch.setattr("ledger.importing.known.ELSEWHERE_PER_DAY", 2)
    strangers = [cast.register(f"覃水莲{word}", village=cast.village2) for word in "甲乙丙"]
    told = [lines.f2(姓名=one.name, 身份证号=one.id_number.reveal()) for one in strangers]
    own = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer")
    content = f2(lines.f2(), *told, lines.f2(), lines.f2(姓名="韦桂兰", 身份证号=own.id_number.reveal(), 籍贯=None))
    upload = look(cast.clerk, content)
    elsewhere, used_up = "已在其他县区登记，可申请转入。", "今天查询外县已登记人员的次数已用完，请明天再试。"
    expected = [None, elsewhere, elsewhere, used_up, used_up, None]
    assert [row.told[0][2] if row.told else None for row in rows(upload)] == expected
    assert told_elsewhere() == 2
    uploads.import_people(by=cast.clerk, upload=upload)  # Judged anew: the same answers, nothing counted twice.
    assert told_elsewhere() == 2 and Person.objects.visible_to(cast.clerk).count() == 2


def test_another_towns_person_is_not_the_clinics(cast, lines):
    person = cast.register("韦桂兰", village=cast.other_village)
    line = lines.roster(姓名="韦桂兰", 身份证号=person.id_number.reveal())
    (row,) = rows(look(cast.township, roster(line), "roster"))
    assert row.told[0][2] == "本县其他乡镇已登记这个身份证号。请由县卫健部门核对。"
    (row,) = rows(look(cast.township, roster(lines.roster(行政村代码="450222102201")), "roster"))
    assert row.told[0][2] == "行政村代码 450222102201 不在龙头镇。请核对；外地的人由当地导入。"


def test_a_department_names_people_but_corrects_nobody(cast, lines):
    person = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer", native_place="广西")
    line = lines.f2(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 备注="低保")
    (row,) = rows(look(cast.civil, f2(line)))
    assert (row.result, row.changes) == (CHANGED, [("I4", "低保", "未核实", "已核实")])
    assert row.message.startswith("籍贯与台账不同，没有改：由县卫健部门修改")


def test_queries_do_not_grow_with_the_list(cast, lines, django_assert_max_num_queries):
    for number in (5, 60):
        content = f2(*[lines.f2() for _ in range(number)])
        with django_assert_max_num_queries(16):
            look(cast.clerk, content)
