"""manage.py print_plan PLAN_ID --out FILE.html: the page of a treatment plan (F3) that the browser prints, in one file with nothing outside."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.template.loader import render_to_string

from hospitals.models import TreatmentPlan
from hospitals.plan_paper import paper_of
from ledger import clock
from ledger.actions.people import REVEALABLE, reveal
from ledger.actions.trail import record
from ledger.models import Staff

STYLE = Path(settings.BASE_DIR, "static", "css", "plan.css")


class Command(BaseCommand):
    help = "把一份诊疗方案写成一页 A4 的网页文件，用浏览器打开就能打印。证号和电话只显示一部分；要写全，请加 --as 和 --purpose。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("plan", type=int, metavar="PLAN_ID", help="方案的编号，就是方案页地址 /hospitals/plans/ 后面的数字")
        parser.add_argument("--out", required=True, metavar="FILE.html", type=Path, help="写到哪个文件")
        parser.add_argument("--as", dest="username", default="", metavar="USER", help="谁打印（用户名）；要写全证号和电话就要写")
        parser.add_argument("--purpose", default="", metavar="WORDS", help="写全证号和电话做什么用；记入操作记录")

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        plans = TreatmentPlan.objects.everywhere("the operator of the machine prints it")
        by = self._staff(options["username"])
        if by is not None:
            plans = TreatmentPlan.objects.visible_to(by)
        plan = plans.with_paper().filter(pk=options["plan"]).first()
        if plan is None:
            seen_by = f"，或者不在 {by.username} 的管辖范围内" if by else ""
            raise CommandError(f"没有编号为 {options['plan']} 的诊疗方案{seen_by}。")
        numbers = self._numbers(plan, by, options["purpose"].strip())
        record("printed", by=by, subject=plan.case, county=plan.case.county, detail={"what": f"诊疗方案第 {plan.version} 版"})
        style = STYLE.read_text(encoding="utf-8")
        page = render_to_string(
            "hospitals/plan_alone.html", {"paper": paper_of(plan, numbers, clock.today()), "plan": plan, "style": style}
        )
        self._write(options["out"], page)
        self.stdout.write(str(options["out"]))

    @staticmethod
    def _write(out: Path, page: str) -> None:
        """The file is its owner's alone: it may bear numbers in full."""
        try:
            out.touch(mode=0o600)
            out.write_text(page, encoding="utf-8")
        except FileNotFoundError:
            raise CommandError(f"没有文件夹 {out.parent}，请先建好，或改写到别处。") from None
        except OSError as error:
            raise CommandError(f"不能写到 {out}（{error.strerror}），请改写到别处。") from None

    @staticmethod
    def _staff(username: str) -> Staff | None:
        if not username:
            return None
        staff = Staff.objects.select_related("area__parent__parent").filter(username=username, is_active=True).first()
        if staff is None:
            raise CommandError(f"没有账号“{username}”，或者已经停用。")
        return staff

    @staticmethod
    def _numbers(plan: TreatmentPlan, by: Staff | None, purpose: str) -> dict[str, str]:
        """The patient's numbers, each revealed on the record; none without a name and a purpose."""
        if by is None or not purpose:
            return {}
        person = plan.case.person
        return {what: reveal(by=by, person=person, what=what, purpose=purpose) for what in REVEALABLE if getattr(person, what)}
