"""Accounts of a prefecture, kept by its operator, who sees no patient. A first password is shown once, on the page itself."""

from axes.utils import reset as unlock
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger.account_forms import TAKEN, AccountForm, staff_within
from ledger.actions.accounts import open_account, reset_password, switch_account
from ledger.forms import asked
from ledger.models import Role, Staff

PAGE = 50


def accounts(request: HttpRequest) -> HttpResponse:
    """The prefecture's accounts by user name, fifty a page."""
    role, words, after = asked(request, "role"), asked(request, "q"), asked(request, "after")
    found = staff_within(request.user.area).select_related("area")
    if role in Role.values:
        found = found.filter(role=role)
    if words:
        found = found.filter(Q(username__startswith=words.lower()) | Q(full_name__startswith=words))
    total = found.count()
    rows = list(found.filter(username__gt=after).order_by("username")[: PAGE + 1])
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": rows[:PAGE], "more": rows[PAGE - 1].username if len(rows) > PAGE else "", "after": after, "total": total,
        "roles": Role.choices, "role": role, "words": words, "query": query.urlencode(),
    }  # fmt: skip
    return render(request, "ledger/accounts.html", context)


def account_new(request: HttpRequest) -> HttpResponse:
    request.nav_name = "ledger:accounts"
    form = AccountForm(request.POST if request.method == "POST" else None, operator=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            staff, password = open_account(by=request.user, **form.cleaned_data)
        except IntegrityError:
            form.add_error("username", TAKEN)
        else:
            return _shown_once(request, staff, password, "账号已建好")
    return render(request, "ledger/account_new.html", {"form": form}, status=422 if form.errors else 200)


def _shown_once(request: HttpRequest, staff: Staff, password: str, title: str) -> HttpResponse:
    """The first password, in this answer only: it goes into no message, log or address."""
    request.nav_name = "ledger:accounts"
    return render(request, "ledger/account_new_password.html", {"staff": staff, "password": password, "title": title})


def _other(request: HttpRequest, pk: int) -> Staff | None:
    """An account of the prefecture; None, with a word about it, for the operator's own."""
    staff = get_object_or_404(staff_within(request.user.area).select_related("area"), pk=pk)
    if staff == request.user:
        messages.error(request, "这是您自己的账号：密码请在“修改密码”里改；停用请找另一位管理员。")
        return None
    return staff


def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A new first password; a lock after wrong passwords ends with it."""
    staff = _other(request, pk)
    if staff is None:
        return redirect("ledger:accounts")
    password = reset_password(by=request.user, staff=staff)
    unlock(username=staff.username)
    return _shown_once(request, staff, password, "密码已重设")


def account_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Off when it is on, on when it is off, as the button said."""
    staff = _other(request, pk)
    if staff is not None:
        active = request.POST.get("active") == "yes"
        switch_account(by=request.user, staff=staff, active=active)
        holds = not active and staff.role in (Role.CLERK, Role.LEAD)
        then = "手上还有病例的，由本县（区）负责人在“交接工作”里交接。" if holds else ""
        messages.success(request, f"账号 {staff.username} 已{'启用' if active else '停用'}。{then}")
    return redirect("ledger:accounts")
