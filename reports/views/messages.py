"""消息: what somebody was reminded of, the city's record of reminding, and where reminders also go by e-mail."""

from dataclasses import dataclass

from django.contrib import messages as told
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import asked, posted
from ledger.models import Role, Staff
from ledger.views.acting import acted
from reports.message_forms import AddressForm
from reports.models import MONTHLY, MailAddress, Reminder, ReminderKind, Submission
from reports.reminding import note_opened, remind_again, together, unopened_of
from reports.submission_moves import STANDING
from reports.views.kinds import kind_of

SHOWN = 50


@dataclass(frozen=True)
class Message:
    """One return that somebody was reminded of, with all its forms."""

    reminder: Reminder
    title: str
    forms: list[str]
    sent: bool
    days: int
    opened: bool


def messages(request: HttpRequest) -> HttpResponse:
    """Mine, the latest first; those of one return and one day stand together."""
    kept = Submission.objects.everywhere("whether it was submitted names nobody").filter(due=OuterRef("due"), state__in=STANDING)
    rows = Reminder.objects.visible_to(request.user).annotate(sent=Exists(kept)).select_related("due__county", "made_by")
    latest = Reminder.objects.visible_to(request.user).order_by("-made_at", "-pk").values("pk")[: SHOWN * 2]
    waiting = set(unopened_of(request.user).values_list("pk", flat=True))  # All of them: the number beside 消息 counts them.
    lines: dict[tuple, list[Reminder]] = {}
    for row in rows.filter(Q(pk__in=latest) | Q(pk__in=waiting)).order_by("-made_at", "due__county__code", "due__form"):
        lines.setdefault(together(row.kind, row.round, row.due.county_id, row.due.period, row.due.form), []).append(row)
    groups = [(group, any(row.pk in waiting for row in group)) for group in lines.values()]
    found = [_message(group, waits) for number, (group, waits) in enumerate(groups) if waits or number < SHOWN]
    address = MailAddress.objects.filter(staff=request.user.pk).first()
    context = {"rows": found, "address": address, "is_city": request.user.role == Role.CITY, "shown": SHOWN}
    return render(request, "reports/messages.html", context)


def _message(group: list[Reminder], waits: bool) -> Message:
    due = group[0].due
    days = (timezone.localtime(due.closes_at).date() - clock.today()).days
    return Message(
        group[0], kind_of(due.form).title(due.period), [row.due.form for row in group], all(row.sent for row in group), days,
        not waits,
    )  # fmt: skip


def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """To the return it is about; from then on it counts as opened."""
    reminder = get_object_or_404(Reminder.objects.visible_to(request.user).select_related("due__county"), pk=pk)
    due, kind = reminder.due, kind_of(reminder.due.form)
    note_opened(request.user, due.county, due.period, kind.forms)
    return redirect(kind.page, due.period, due.county.code)


def mail_address(request: HttpRequest) -> HttpResponse:
    """Where my reminders also go; empty: nowhere."""
    address = MailAddress.objects.filter(staff=request.user.pk).first()
    form = AddressForm(posted(request), initial={"address": address.address if address else ""})
    if acted(request, form, lambda data: _keep_address(request.user, data["address"])):
        return redirect("reports:messages")
    return render(request, "reports/mail_address.html", {"form": form}, status=422 if form.errors else 200)


def _keep_address(staff: Staff, address: str) -> str:
    if address:
        MailAddress.objects.update_or_create(staff=staff, defaults={"address": address})
    else:
        MailAddress.objects.filter(staff=staff).delete()
    record("mail_address_kept", by=staff, subject=staff, detail={})
    return f"以后的提醒也发到 {address}。" if address else "不再发邮件，提醒仍在这里。"


def reminders(request: HttpRequest) -> HttpResponse:
    """催报记录: who was reminded of what in the city's counties, and who opened it."""
    rows = Reminder.objects.everywhere("the city's record of its own counties").filter(due__county__parent=request.user.area)
    rows = rows.exclude(kind=ReminderKind.UNOPENED).select_related("due__county", "staff", "made_by")
    periods = list(rows.order_by("-due__period").values_list("due__period", flat=True).distinct()[:12])
    chosen = next((period for period in periods if f"{period:%Y-%m}" == asked(request, "period")), periods[0] if periods else None)
    found = list(rows.filter(due__period=chosen).order_by("due__county__code", "made_at", "staff__username", "due__form")) if chosen else []
    groups: dict[tuple, list[Reminder]] = {}
    for row in found:
        key = together(row.kind, row.round, row.due.county_id, row.due.period, row.due.form)
        groups.setdefault((row.staff_id, *key), []).append(row)
    lines = [(group[0], "、".join(row.due.form for row in group), all(row.opened_at for row in group)) for group in groups.values()]
    record("viewed_list", by=request.user, detail={"list": "reminders", "rows": len(lines)})
    return render(request, "reports/reminders.html", {"lines": lines, "periods": periods, "chosen": chosen})


def reminder_send(request: HttpRequest) -> HttpResponse:
    """The city reminds whoever has not submitted the month's forms."""
    period = clock.today().replace(day=1)
    try:
        names = remind_again(by=request.user, period=period, forms=MONTHLY)
    except Refused as refused:
        told.error(request, refused.message)
    else:
        told.success(request, f"已提醒 {len(names)} 个县（区）：{'、'.join(names)}。")
    return redirect("reports:reminders")
