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
    help = "Write the one-page treatment plan as a self-contained HTML file. Numbers are masked unless --as and --purpose are given."

    def add_arguments(self, parser) -> None:
        parser.add_argument("plan", type=int, metavar="PLAN_ID")
        parser.add_argument("--out", required=True, metavar="FILE.html")
        parser.add_argument("--as", dest="username", default="", metavar="USER", help="who prints it; needed for the numbers in full")
        parser.add_argument("--purpose", default="", help="what the numbers in full are for; stands on the trail")

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        plans = TreatmentPlan.objects.everywhere("the operator of the machine prints it")
        related = (
            "case__person__county",
            "case__person__township",
            "case__person__village",
            "case__disease",
            "case__county__parent",
            "hospital",
        )
        by = self._staff(options["username"])
        if by is not None:
            plans = TreatmentPlan.objects.visible_to(by)
        plan = plans.select_related(*related, "pathway").defer("pathway__content").filter(pk=options["plan"]).first()
        if plan is None:
            raise CommandError(f"there is no treatment plan {options['plan']}" + (f" that {by.username} sees" if by else ""))
        numbers = self._numbers(plan, by, options["purpose"].strip())
        record("printed", by=by, subject=plan.case, county=plan.case.county, detail={"what": f"诊疗方案第 {plan.version} 版"})
        style = STYLE.read_text(encoding="utf-8")
        page = render_to_string(
            "hospitals/plan_alone.html", {"paper": paper_of(plan, numbers, clock.today()), "plan": plan, "style": style}
        )
        Path(options["out"]).write_text(page, encoding="utf-8")
        self.stdout.write(options["out"])

    @staticmethod
    def _staff(username: str) -> Staff | None:
        if not username:
            return None
        staff = Staff.objects.select_related("area__parent__parent").filter(username=username, is_active=True).first()
        if staff is None:
            raise CommandError(f"there is no account {username}")
        return staff

    @staticmethod
    def _numbers(plan: TreatmentPlan, by: Staff | None, purpose: str) -> dict[str, str]:
        """The patient's numbers, each revealed on the record; none without a name and a purpose."""
        if by is None or not purpose:
            return {}
        person = plan.case.person
        return {what: reveal(by=by, person=person, what=what, purpose=purpose) for what in REVEALABLE if getattr(person, what)}
