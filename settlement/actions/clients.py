"""Hospital systems at the interface: opened, changed, switched and given new secrets by an operator."""

import datetime
import ipaddress
import re
import secrets

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Role, Staff
from settlement.models import Client

MOST_ADDRESSES = 20


def new_secret() -> str:
    """256 random bits in hex."""
    return secrets.token_hex(32)


def read_addresses(typed: str) -> list[str]:
    """Addresses and networks as typed (one a line, or with commas or blanks between), written the one right way.

    Raises Refused: none, too many, not an address, the whole internet.
    """
    found: list[str] = []
    for item in typed.replace(",", " ").replace("，", " ").replace("；", " ").replace(";", " ").split():
        try:
            network = ipaddress.ip_network(item, strict=False)
        except ValueError:
            raise Refused(f"“{item[:40]}”不是 IP 地址或网段。请写成 10.20.30.40 或 10.20.30.0/24 这样。", "addresses") from None
        if network.prefixlen < (8 if network.version == 4 else 32):
            raise Refused(f"网段 {network} 太大。请只写医院系统自己的地址。", "addresses")
        text = str(network.network_address if network.num_addresses == 1 else network)
        if text not in found:
            found.append(text)
    if not found:
        raise Refused("请填写医院系统的来源地址，至少一个。", "addresses")
    if len(found) > MOST_ADDRESSES:
        raise Refused(f"来源地址最多 {MOST_ADDRESSES} 个，请合并成网段。", "addresses")
    return found


def _check(staff: Staff, expires_on: datetime.date) -> None:
    if staff.role != Role.LIAISON or not staff.is_active:
        raise Refused(f"{staff.full_name}不是在用的医院联络员账号。请选择这家医院的联络员。", "staff")
    if expires_on < clock.today():
        raise Refused(f"有效期 {expires_on} 早于今天，请改成今天或以后的日期。", "expires_on")


@transaction.atomic
def open_client(*, by: Staff, name: str, staff: Staff, addresses: str, expires_on: datetime.date) -> tuple[Client, str]:
    """A new client of the liaison's hospital; answers it with its secret, which is shown this once."""
    networks = read_addresses(addresses)
    _check(staff, expires_on)
    secret, now = new_secret(), clock.now()
    client = Client.objects.create(
        code=_new_code(staff.hospital_code), name=name, staff=staff, secret=secret, secret_since=now,
        addresses=networks, expires_on=expires_on, made_at=now, made_by=by,
    )  # fmt: skip
    record("client_opened", by=by, subject=client, detail=_told(client))
    return client, secret


@transaction.atomic
def change_client(*, by: Staff, client: Client, name: str, staff: Staff, addresses: str, expires_on: datetime.date) -> None:
    """Another name, liaison, address list or expiry; the secret stays. The liaison must be of the same hospital."""
    networks = read_addresses(addresses)
    _check(staff, expires_on)
    if staff.hospital_code != client.staff.hospital_code:
        raise Refused("只能换成同一家医院的联络员；另一家医院请另建客户端。", "staff")
    client.name, client.staff, client.addresses, client.expires_on = name, staff, networks, expires_on
    client.save(update_fields=["name", "staff", "addresses", "expires_on"])
    record("client_changed", by=by, subject=client, detail=_told(client))


@transaction.atomic
def switch_client(*, by: Staff, client: Client, active: bool) -> None:
    """Off: its next request is refused. On: its secret holds as before."""
    client.is_active = active
    client.save(update_fields=["is_active"])
    record("client_switched", by=by, subject=client, detail={"client": str(client), "active": active})


@transaction.atomic
def rotate_secret(*, by: Staff, client: Client) -> str:
    """A new secret, answered once; the old one is void from this moment."""
    client.secret, client.secret_since = new_secret(), clock.now()
    client.save(update_fields=["secret", "secret_since"])
    record("client_rotated", by=by, subject=client, detail={"client": str(client)})
    return client.secret.reveal()


def _new_code(hospital_code: str) -> str:
    """lc01-30912674: tells people which hospital it is, and fits a header whatever the hospital's code is made of."""
    return f"{re.sub('[^0-9a-z-]', '', hospital_code.lower())}-{secrets.randbelow(10**8):08d}"


def _told(client: Client) -> dict:
    return {
        "client": str(client), "username": client.staff.username, "addresses": client.addresses,
        "expires_on": client.expires_on.isoformat(),
    }  # fmt: skip
