"""Hospital systems at the interface, kept by the prefecture's operator. A secret is shown once, on the page itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals.models import Hospital
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.forms import posted
from ledger.models import Role
from settlement.actions.clients import change_client, open_client, rotate_secret, switch_client
from settlement.client_forms import ClientForm, clients_within
from settlement.models import Client


def clients(request: HttpRequest) -> HttpResponse:
    """Every client with whom it acts for, from where, until when, and what keeps it from working."""
    rows = list(clients_within(request.user.area).order_by("staff__unit", "code"))
    hospitals = dict(Hospital.objects.filter(code__in={row.staff.hospital_code for row in rows}).values_list("code", "name"))
    for row in rows:
        row.hospital_name = hospitals.get(row.staff.hospital_code, row.staff.hospital_code)
        row.mark, row.words = standing(row)
    return render(request, "settlement/clients.html", {"rows": rows})


def standing(client: Client) -> tuple[str, str]:
    """The mark and the word for how a client stands today."""
    if not client.is_active:
        return "idle st-end", "停用"
    if client.expires_on < clock.today():
        return "bad st-stop", "已过期"
    if not client.staff.is_active or client.staff.role != Role.LIAISON:
        return "bad st-stop", "联络员账号已停用"
    if (client.expires_on - clock.today()).days <= 30:
        return "warn", "30 天内到期"
    return "ok st-done", "在用"


def client_new(request: HttpRequest) -> HttpResponse:
    request.nav_name = "settlement:clients"
    form = ClientForm(posted(request), operator=request.user)
    if form.is_valid():
        try:
            client, secret = open_client(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            return _shown_once(request, client, secret, "接口客户端已建好")
    return render(request, "settlement/client_form.html", {"form": form}, status=422 if form.errors else 200)


def client_edit(request: HttpRequest, pk: int) -> HttpResponse:
    request.nav_name = "settlement:clients"
    client = get_object_or_404(clients_within(request.user.area), pk=pk)
    known = {
        "name": client.name, "staff": client.staff_id, "addresses": "\n".join(client.addresses), "expires_on": client.expires_on,
    }  # fmt: skip
    form = ClientForm(posted(request), operator=request.user, client=client, initial=known)
    if form.is_valid():
        try:
            change_client(by=request.user, client=client, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"接口客户端 {client.code} 已保存。")
            return redirect("settlement:clients")
    return render(request, "settlement/client_form.html", {"form": form, "client": client}, status=422 if form.errors else 200)


def client_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Off when it is on, on when it is off, as the button said."""
    client = get_object_or_404(clients_within(request.user.area), pk=pk)
    active = request.POST.get("active") == "yes"
    switch_client(by=request.user, client=client, active=active)
    messages.success(request, f"接口客户端 {client.code} 已{'启用' if active else '停用'}。")
    return redirect("settlement:clients")


def client_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret; the old one is void at once, so the button says so."""
    client = get_object_or_404(clients_within(request.user.area), pk=pk)
    secret = rotate_secret(by=request.user, client=client)
    return _shown_once(request, client, secret, "密钥已更换")


def _shown_once(request: HttpRequest, client: Client, secret: str, title: str) -> HttpResponse:
    """The secret, in this answer only: it goes into no message, log or address."""
    request.nav_name = "settlement:clients"
    return render(request, "settlement/client_secret.html", {"client": client, "secret": secret, "title": title})
