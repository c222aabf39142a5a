"""What is typed on a return's page: answers to findings and to remarks, the words of a nil report. Whichever button is pressed, it is kept first."""

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ledger.actions.refusals import Refused
from ledger.forms import LedgerForm
from ledger.models import Division
from reports.actions import keep_words
from reports.answering import checks_of_drafts
from reports.check_answer_forms import AnswersForm
from reports.life_forms import NilForm, RemarksForm
from reports.models import CellRemark
from reports.nil import NOTHING
from reports.views.kinds import ReturnKind
from reports.views.pages import draw
from reports.views.reach import county_in_reach


def keep(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """保存说明, 保存答复: everything that was typed on the page is saved at once."""
    county = county_in_reach(request.user, code)
    return keep_typed(request, kind, county, period, asked=True) or redirect(kind.page, period, county.code)


def keep_typed(
    request: HttpRequest, kind: ReturnKind, county: Division, period: datetime.date, *, asked: bool = False
) -> HttpResponse | None:
    """Save what the page's boxes hold, before whatever else its button does.

    None where nothing stands in the way; else the page again as it was typed, each fault at its box, and nothing is saved.
    ``asked``: the button was for saving, so that a page without a word is told so.
    """
    typed = _typed(request, kind, county, period)
    if typed.faults:
        return draw(request, kind, county, period, typed.forms)
    checks, remarks, nil = typed.given()
    if checks or remarks or nil:
        try:
            told = {"checks": checks, "remarks": remarks, "nil": nil}
            keep_words(by=request.user, county=county, period=period, form=kind.forms[0], **told)
        except Refused as refused:
            if typed.refuse(refused, checks, remarks):
                return draw(request, kind, county, period, typed.forms)
            messages.error(request, refused.message)
            return redirect(kind.page, period, county.code)
    _say(request, typed, len(checks), len(remarks), any(nil.values()), asked)
    return None


def _say(request: HttpRequest, typed: "Typed", checks: int, remarks: int, nil: bool, asked: bool) -> None:
    said = [f"{number} {word}" for number, word in ((checks, "项说明"), (remarks, "条答复")) if number]
    if said:
        messages.success(request, f"{'、'.join(said)}已保存，随表一起上报。")
    elif nil and asked:
        messages.success(request, "零报告的说明已保存。")
    elif asked and not typed.gone:
        messages.info(request, "还没有写说明或答复。请写好再保存。")
    if typed.gone:
        messages.info(request, "有的核对项现在不用说明了，为它写的说明没有保存。")


@dataclass(frozen=True)
class Typed:
    """The forms of the page's boxes, each where the page held it. ``gone``: something was explained that needs no explaining any more."""

    checks: AnswersForm | None
    remarks: RemarksForm | None
    nil: NilForm | None
    gone: bool

    @property
    def forms(self) -> dict[str, LedgerForm]:
        """By the names under which the page looks for them."""
        found = {"checks": self.checks, "remarks": self.remarks, "nil": self.nil}
        return {name: form for name, form in found.items() if form is not None}

    @property
    def faults(self) -> bool:
        return any(form.errors for form in self.forms.values())

    def given(self) -> tuple[dict, dict, dict]:
        return (
            self.checks.given() if self.checks else {},
            self.remarks.given() if self.remarks else {},
            self.nil.reasons() if self.nil else {},
        )

    def refuse(self, refused: Refused, checks: dict, remarks: dict) -> bool:
        """Put what was refused beside its box; False where it names none."""
        if refused.field in checks:
            self.checks.refuse(refused)
        elif refused.field in {str(pk) for pk in remarks}:
            self.remarks.refuse(refused)
        return self.faults


def _typed(request: HttpRequest, kind: ReturnKind, county: Division, period: datetime.date) -> Typed:
    post = request.POST
    written = {name.removeprefix("text-") for name in post if name.startswith("text-") and post[name].strip()}
    found = [one for one in checks_of_drafts(request.user, county, period, kind.forms[0]) if one.tone == "warn"] if written else []
    rows: list[CellRemark] = []
    if any(name.startswith("answer-") for name in post):
        of_page = {"submission__due__county": county, "submission__due__period": period, "submission__due__form__in": kind.forms}
        rows = list(CellRemark.objects.visible_to(request.user).filter(**of_page))
    nil = {form: NOTHING[form] for form in kind.forms if f"nil_{form}" in post and form in NOTHING}
    return Typed(
        AnswersForm(post, checks=found, insist=False) if found else None,
        RemarksForm(post, remarks=rows) if rows else None,
        NilForm(post, forms=nil) if nil else None,
        gone=bool(written - {one.code for one in found}),
    )
