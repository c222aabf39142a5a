"""The door: signing in and out, changing a password, and what is said when a form or a session has run out."""

from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.hashers import check_password
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from ledger.actions.accounts import change_own_password
from ledger.actions.trail import record
from ledger.after_sign_in import see_to
from ledger.forms import posted


def tries_left(username: str) -> int:
    """How many more wrong passwords this account bears before it is locked for 30 minutes."""
    failed = max(
        AccessAttempt.objects.filter(username=username.replace("\0", "")).values_list("failures_since_start", flat=True), default=0
    )
    return max(get_failure_limit(None, None) - failed, 0)


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("reports:workbench")
    form = AuthenticationForm(request, posted(request))
    error = ""
    if request.method == "POST":
        if form.is_valid():
            login(request, form.get_user())
            record("signed_in", by=request.user)
            see_to(request.user)
            wanted = request.POST.get("next", "")
            safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
            return redirect(wanted if safe else resolve_url("reports:workbench"))
        username = request.POST.get("username", "").strip()
        if not username or not request.POST.get("password"):
            error = "请填写用户名和密码。"
        else:
            error = f"用户名或密码不对，还可以试 {tries_left(username)} 次。"
    context = {
        "error": error,
        "username": request.POST.get("username", ""),
        "next": request.GET.get("next") or request.POST.get("next", ""),
        "lost": "lost" in request.GET or "lost" in request.POST,
    }
    return render(request, "account/login.html", context, status=401 if error else 200)


def locked_out(request: HttpRequest, credentials: dict, *args, **kwargs) -> HttpResponse:
    """What django-axes answers once an account is locked."""
    context = {
        "error": "连续输错 5 次，这个账号已锁定 30 分钟。请稍后再试，或请本单位管理员重设密码。",
        "username": (credentials or {}).get("username", ""),
    }
    return render(request, "account/login.html", context, status=429)


def sign_out(request: HttpRequest) -> HttpResponse:
    record("signed_out", by=request.user)
    logout(request)
    return redirect("account:login")


class PasswordForm(SetPasswordForm):
    """The new password twice; the old one is asked beside it."""

    error_messages = {"password_mismatch": "两次输入的新密码不一样。请重新输入。"}


def change_password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.user, posted(request))
    if request.method == "POST":
        valid = form.is_valid()
        if not check_password(request.POST.get("old_password", ""), request.user.password):
            form.add_error(None, ValidationError("原密码不对。请重新输入。"))
        elif valid and check_password(form.cleaned_data["new_password1"], request.user.password):
            form.add_error("new_password1", "新密码不能和原密码一样。请另设一个。")
        if form.is_valid():
            change_own_password(by=request.user, password=form.cleaned_data["new_password1"])
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改。")
            return redirect("reports:workbench")
    status = 422 if form.errors else 200
    return render(request, "account/password.html", {"form": form}, status=status)


def _notice(request: HttpRequest, status: int, title: str, text: str, **more) -> HttpResponse:
    """A page that says one thing; what waits for the reader is not added up beside it."""
    request.counts_nothing = True
    return render(request, "components/notice_page.html", {"title": title, "text": text, **more}, status=status)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer when a form's token no longer fits: usually a page that stood open over a sign-in in another tab."""
    text = "为了安全，没有保存。请返回上一页，刷新后再提交；还是您本人登录的，填写的内容可以恢复。"
    return _notice(request, 403, "这一页放得太久了", text, lost=True)


def not_taken(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to a request that no page of ours sends: larger, cut off in the middle, or by another name of this machine."""
    title, text = "没有收下", "这个请求看不懂，没有保存。请从平时的网址打开，再试一次。"
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent | MultiPartParserError):
        title, text = "内容太多", "送来的内容太多或者不完整，没有保存。请返回上一页，减少内容或换小一些的文件再提交。"
    return _notice(request, 400, title, text)


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One answer for a page that is not there, another county's record and another role's page."""
    return _notice(request, 404, "没有这一页", "没有这一页，或者不在您的管辖范围。")


def only_from_a_page(request: HttpRequest) -> HttpResponse:
    """The answer to an address that only a button of a page may ask, such as a preview's when it is opened anew."""
    text = "这个网址不能直接打开，什么也没有改。请回到原来的名单或资料，再按一次按钮。"
    return _notice(request, 405, "这一步要从页面上办", text)


def gone_wrong(request: HttpRequest) -> HttpResponse:
    """The answer to a fault of ours; it needs no database."""
    return render(request, "500.html", status=500)
