"""F3 on paper: what it prints, whose numbers in full and on what record, and that it stays one page of A4 however long its texts are."""

import re
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import strip_tags

from hospitals.estimating import Figures
from hospitals.management.commands.print_plan import STYLE
from hospitals.models import TreatmentPlan
from hospitals.plan_facts import FIELDS
from hospitals.plan_paper import SETTINGS, cost_line, paper_of, style_of
from ledger import clock
from ledger.models import AuditEvent, Person
from settlement.actions.loading import load_shipped
from tests.hospitals.plans import accepted, filed, plan_of, waiting
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


def words(html: str) -> str:
    return re.sub(r"\s+", " ", strip_tags(html))


def printed(cast, plan, staff=None, **purpose) -> str:
    name, client = ("plan-print-full" if purpose else "plan-print"), client_of(staff or cast.clerk)
    address = reverse(f"hospitals:{name}", args=[plan.pk])
    answer = client.post(address, purpose) if purpose else client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    return words(page[page.index("<article") : page.index("</article>")])


def test_it_says_what_the_form_prescribes(cast):
    load_shipped()
    case = waiting(cast, village_doctor="梁秋生", village_doctor_phone="13907720099")
    number = str(Person.objects.everywhere("test").get().id_number)
    assert printed(cast, accepted(cast, case)).strip() == (
        "柳州市农村贫困人口大病专项救治诊疗方案 一、基本信息 "
        "1患者姓名韦桂兰性别女年龄66 岁 联系电话139****0001身份证号" + number + " 户口住址柳城县龙头镇龙头村3 组 8 号 "
        "2联系人姓名莫家兴关系配偶联系电话 3疾病名称白内障 4患者所在地乡村医生姓名梁秋生联系电话139****0099 二、诊断情况 "
        "1复查时间2017-10-12复查医院柳城县人民医院 2辅助检查项目裂隙灯、眼部 B 超 检查结果双眼晶状体混浊，右眼视力 0.1 "
        "3临床主要诊断老年性白内障诊断医生覃志刚 三、诊疗计划 1计划入院时间2017-10-23入住医院柳城县人民医院入住科别眼科 "
        "2治疗方案(包括手术、化疗、放疗、血透等)右眼白内障超声乳化吸除联合人工晶体植入术 主要术式超声乳化 主要药物左氧氟沙星滴眼液 "
        "3主治医生覃志刚联系电话139****0815 手术医生蒙晓峰联系电话139****0816 4计划出院时间2017-10-27愈后情况视力提高 四、费用估算 "
        "总费用 6,000.00 元，其中基本医保 3,840.00 元、大病保险 0.00 元、医疗救助 680.00 元、政府兜底 40.00 元、白内障补助 800.00 元，个人自付 640.00 元 "
        "定点医院（盖章）：患者签名： 年 月 日"
    )  # fmt: skip


def test_numbers_in_full_are_printed_for_a_purpose_and_on_the_record(cast):
    plan = accepted(cast, waiting(cast))
    person = Person.objects.everywhere("test").get()
    text = printed(cast, plan, purpose="盖章签字")
    assert person.id_number.reveal() in text and "13907720001" in text and "13907720815" in text
    rows = (
        AuditEvent.objects.filter(action__in=("revealed", "printed")).order_by("pk").values_list("action", "detail__field", "detail__what")
    )
    assert list(rows) == [("revealed", "id_number", None), ("revealed", "phone", None), ("printed", None, "诊疗方案第 1 版")]
    empty = client_of(cast.clerk).post(reverse("hospitals:plan-print-full", args=[plan.pk]), {"purpose": " "})
    assert empty.status_code == 422 and "请填写用途。" in empty.content.decode() and person.id_number.reveal() not in empty.content.decode()
    assert client_of(cast.city).post(reverse("hospitals:plan-print-full", args=[plan.pk]), {"purpose": "看看"}).status_code == 404


def test_without_an_estimate_the_amounts_are_left_to_be_written(cast):
    plan = filed(cast, waiting(cast))
    text = printed(cast, plan)
    assert "总费用 6,000.00 元，其中基本医保＿＿＿＿、大病保险＿＿＿＿、医疗救助＿＿＿＿、政府兜底＿＿＿＿，个人自付＿＿＿＿" in text
    assert "第 1 版，待审核，县卫健部门同意后再盖章签字" in text
    assert (
        cost_line(None) == "总费用 ＿＿＿＿，其中基本医保＿＿＿＿、大病保险＿＿＿＿、医疗救助＿＿＿＿、政府兜底＿＿＿＿，个人自付＿＿＿＿"
    )


def test_what_others_pay_follows_under_their_own_names_so_that_the_sum_is_the_total():
    figures = Figures(1_000_000, True, (500_000, 100_000, 100_000, 0), (("医院减免", 50_000), ("商业保险", 150_000)), 100_000)
    assert figures.balanced
    assert cost_line(figures) == (
        "总费用 10,000.00 元，其中基本医保 5,000.00 元、大病保险 1,000.00 元、医疗救助 1,000.00 元、政府兜底 0.00 元、医院减免 500.00 元、"
        "商业保险 1,500.00 元，个人自付 1,000.00 元"
    )


# ---- one page ----


def longest(cast) -> TreatmentPlan:
    """Every line as long as the form takes it."""
    load_shipped()
    case = waiting(cast)
    Person.objects.everywhere("test").update(
        name="欧阳阿迪力·买买提江·吐尔逊",
        address="下屯" * 60,
        contact_name="上官" * 8,
        contact_relation="侄女婿的弟弟",
        village_doctor="司徒" * 8,
    )
    plan = accepted(cast, case, total_yuan=Decimal("99999999"), in_policy_yuan=Decimal("88888888.88"))
    for name in FIELDS:
        field = TreatmentPlan._meta.get_field(name)
        if getattr(field, "max_length", None) and field.get_internal_type() == "CharField":
            setattr(plan, name, ("手术化疗放疗血透" * 60)[: field.max_length])
    plan.save()
    type(plan.hospital).objects.filter(pk=plan.hospital_id).update(name="广西壮族自治区" * 8)
    return plan_of(case, 1)


@pytest.fixture(scope="module")
def counted(browser):
    """How many pages a self-contained page prints on, and what it asks of anybody else."""
    tab = browser.new_page(viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))

    def pages(html: str) -> tuple[int, list[str]]:
        asked.clear()
        tab.set_content(html)
        return len(re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True))), [
            url for url in asked if not url.startswith("about:")
        ]

    yield pages
    tab.close()


def alone(plan, style: str | None = None) -> str:
    paper = paper_of(plan, {}, clock.today())
    sheet = STYLE.read_text(encoding="utf-8")
    html = render_to_string("hospitals/plan_alone.html", {"paper": paper, "plan": plan, "style": sheet})
    return html if style is None else html.replace(f'class="plan-paper {paper.style}"', f'class="plan-paper {style}"')


@pytest.mark.browser
def test_a_usual_plan_and_the_longest_are_one_page_and_ask_nobody(cast, counted):
    assert counted(alone(accepted(cast, waiting(cast, "莫春兰")))) == (1, [])
    assert counted(alone(longest(cast))) == (1, [])


@pytest.mark.browser
def test_on_paper_nothing_around_the_page_is_tinted(cast, browser):
    """What stands grey around the sheet on the screen is white when printed, also for a printer that prints backgrounds."""
    tab = browser.new_page()
    tab.set_content(alone(accepted(cast, waiting(cast))))
    tint = "getComputedStyle(document.body).backgroundColor"
    assert tab.evaluate(tint) == "rgb(243, 245, 247)"
    tab.emulate_media(media="print")
    assert tab.evaluate(tint) == "rgb(255, 255, 255)"
    tab.close()


@pytest.mark.browser
def test_set_loosely_the_longest_would_run_over(cast, counted):
    """The styles are needed, and the count of pages notices when they are missing."""
    assert counted(alone(longest(cast), style=""))[0] > 1


@pytest.mark.browser
@pytest.mark.parametrize("letters", range(40, 301, 20))
def test_at_every_length_between_it_is_one_page(cast, counted, letters):
    plan = accepted(cast, waiting(cast))
    for name in ("findings", "treatment", "tests", "drugs"):
        setattr(plan, name, "手" * min(letters, TreatmentPlan._meta.get_field(name).max_length))
    assert counted(alone(plan))[0] == 1


def test_the_loosest_style_that_holds_is_taken():
    taken = [style_of([[("手" * number, 139.0)]] * 18) for number in (20, 38, 60, 130)]
    assert taken == [setting.style for setting in SETTINGS]


# ---- the command ----


def test_the_command_writes_the_same_page(cast, tmp_path):
    plan = accepted(cast, waiting(cast))
    out = tmp_path / "plan.html"
    call_command("print_plan", str(plan.pk), "--out", str(out))
    page = out.read_text(encoding="utf-8")
    assert (
        page[page.index("<article") : page.index("</article>")]
        == alone(plan)[alone(plan).index("<article") : alone(plan).index("</article>")]
    )
    assert words(page[page.index("<article") : page.index("</article>")]) == printed(cast, plan)
    assert not re.search(r"(src|href)=|url\(|@import", page) and "13907720001" not in page
    row = AuditEvent.objects.filter(action="printed").order_by("pk").first()
    assert (row.staff, row.subject_id, row.detail) == (None, plan.case_id, {"what": "诊疗方案第 1 版"})


def test_the_command_prints_numbers_in_full_for_somebody_with_a_purpose(cast, tmp_path):
    plan = accepted(cast, waiting(cast))
    out = tmp_path / "plan.html"
    call_command("print_plan", str(plan.pk), "--out", str(out), "--as", cast.liaison.username, "--purpose", "盖章签字")
    assert "13907720001" in out.read_text(encoding="utf-8")
    assert AuditEvent.objects.filter(action="revealed", staff=cast.liaison).count() == 2


def test_the_command_says_what_is_not_there(cast, tmp_path):
    plan = accepted(cast, waiting(cast))
    with pytest.raises(CommandError, match="^没有编号为 999 的诊疗方案。$"):
        call_command("print_plan", "999", "--out", str(tmp_path / "x.html"))
    with pytest.raises(CommandError, match="^没有账号“nobody”，或者已经停用。$"):
        call_command("print_plan", str(plan.pk), "--out", str(tmp_path / "x.html"), "--as", "nobody")
    with pytest.raises(CommandError, match=f"^没有编号为 {plan.pk} 的诊疗方案，或者不在 clerk-450223-1 的管辖范围内。$"):
        call_command("print_plan", str(plan.pk), "--out", str(tmp_path / "x.html"), "--as", cast.clerk2.username)
    for out, sentence in ((tmp_path / "none" / "x.html", "没有文件夹 "), (tmp_path, "不能写到 ")):
        with pytest.raises(CommandError, match=sentence):
            call_command("print_plan", str(plan.pk), "--out", str(out))
    assert list(tmp_path.iterdir()) == [] and not AuditEvent.objects.filter(action="printed").exists()
