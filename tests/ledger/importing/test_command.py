"""The command: the same preview and import, told as JSON or in lines, with an exit status for scripts."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Category, CategoryFact, Person, Upload
from tests.ledger.importing.lists import f2, roster
from tests.ledger.importing.three_hundred import FAULTS, three_hundred

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast, tmp_path):
    """Run the command on these bytes: (exit status, standard output, standard error)."""

    def running(content: bytes, *options, layout="f2", county="450222", username="clerk-450222-1", name="名单.xlsx"):
        path, out, err = tmp_path / name, io.StringIO(), io.StringIO()
        path.write_bytes(content)
        told = ["--layout", layout, "--county", county, "--as", username, *options]
        try:
            call_command("import_people", str(path), *told, stdout=out, stderr=err)
        except SystemExit as stop:
            return stop.code, out.getvalue(), err.getvalue().strip()
        return 0, out.getvalue(), err.getvalue().strip()

    return running


def names(cast) -> set[str]:
    return set(Person.objects.visible_to(cast.clerk).values_list("name", flat=True))


def test_json_says_every_line(cast, lines, run):
    cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer", native_place="广西柳城县")
    known = Person.objects.visible_to(cast.clerk).get()
    content = f2(
        lines.f2(姓名="甲一"), lines.f2(姓名="乙一", 年龄=20), lines.f2(姓名="丙一", 疾病名称="感冒"),
        lines.f2(姓名="韦桂兰", 身份证号=known.id_number.reveal()),
        lines.f2(姓名="丁一", 身份证号=450222195103020326),
    )  # fmt: skip
    status, out, err = run(content, "--json")
    assert (status, err) == (1, "")
    assert json.loads(out) == {
        "rows": 5, "new": 1, "changed": 0, "unchanged": 1, "refused": 2, "doubtful": 1,
        "messages": [
            {"row": 5, "column": "年龄", "message": "年龄填 20，按身份证号是 66。请确认以哪个为准。"},
            {"row": 6, "column": "疾病名称", "message": "没有“感冒”这个病种。请改为病种目录里的名称。"},
            {"row": 8, "column": "身份证号(合医证)", "message": "身份证号是数字格式，末尾几位已丢失。请把该列改为文本，重填 18 位。"},
        ],
    }  # fmt: skip
    assert names(cast) == {"韦桂兰"}  # Only looked.
    assert not Upload.objects.visible_to(cast.clerk).exclude(people="").exists()
    assert run(content, "--json", "--apply")[:2] == (1, out)
    assert names(cast) == {"韦桂兰", "甲一"}
    status, out, _ = run(content, "--json", "--apply")
    assert [json.loads(out)[key] for key in ("new", "changed", "unchanged")] == [0, 0, 2]


def test_every_one_of_three_hundred_is_accounted_for(cast, run):
    """A county's table: five people known already, twelve lines wrong in different ways, title, total and signature around them."""
    status, out, _ = run(three_hundred(cast), "--json", "--apply")
    told = json.loads(out)
    counts = {key: told[key] for key in ("rows", "new", "changed", "unchanged", "refused", "doubtful")}
    assert (status, counts) == (1, {"rows": 300, "new": 283, "changed": 0, "unchanged": 5, "refused": 12, "doubtful": 0})
    assert [(one["row"], one["column"], one["message"]) for one in told["messages"]] == [
        (row, column, sentence) for row, (_, column, sentence) in enumerate(FAULTS, 292)
    ]
    assert Person.objects.visible_to(cast.clerk).count() == 288


def test_a_good_list_ends_with_zero_and_in_words(cast, lines, run):
    status, out, err = run(roster(lines.roster(), lines.roster(姓名="覃福生")), "--apply", layout="roster", username="poverty-450222-1")
    assert (status, out, err) == (0, "读到 2 行：新增 2、变更 0、无变化 0、拒收 0、存疑 0。已写入台账。\n", "")
    assert names(cast) == {"石爱民", "覃福生"}


def test_all_or_nothing(cast, lines, run):
    status, _, err = run(f2(lines.f2(), lines.f2(疾病名称="感冒")), "--apply", "--whole")
    assert (status, err) == (1, "有 1 行还不能导入，一行也没有写入。请改好文件后重新导入。")
    assert names(cast) == set()


@pytest.mark.parametrize(("chosen", "category"), [([], Category.DIBAO), (["--category", "特困"], Category.TEKUN)])
def test_the_category_chosen(cast, lines, run, chosen, category):
    _, out, _ = run(f2(lines.f2()), "--apply", *chosen)
    assert f"读到 1 行（备注没写类别的按{category.label}）：新增 1、" in out
    assert CategoryFact.objects.get().category == category


@pytest.mark.parametrize(("told", "sentence"), [
    ({"username": "nobody"}, "没有在用的账号“nobody”。"),
    ({"username": "insurance-450222-1"}, "账号“insurance-450222-1”的角色是医保，不能导入名单。"),
    ({"county": "450223"}, "账号“clerk-450222-1”管辖柳城县，不是代码为“450223”的县。"),
    ({"name": "名单.xls"}, "请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。"),
    ({"layout": "roster"}, "这份文件的列名是“附件 2”的，不是“建档立卡名册”的。请改选版式。"),
])  # fmt: skip
def test_what_cannot_be_begun_ends_with_two(cast, lines, run, told, sentence):
    assert run(f2(lines.f2()), **told) == (2, "", sentence)


def test_a_file_that_cannot_be_read_ends_with_two(cast, run, tmp_path):
    assert run(b"\x89PNG", "--json")[0] == 2
    with pytest.raises(SystemExit) as stop:
        call_command(
            "import_people", str(tmp_path / "none.xlsx"), "--layout", "f2", "--county", "450222", "--as", "clerk-450222-1",
            stderr=io.StringIO(),
        )  # fmt: skip
    assert stop.value.code == 2
    with pytest.raises(CommandError):
        call_command("import_people", "none.xlsx", "--layout", "f3", "--county", "450222", "--as", "clerk-450222-1")
