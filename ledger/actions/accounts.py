"""Accounts: made, switched off and given new passwords by an operator; everyone changes their own."""

import secrets

from django.db import transaction

from ledger.actions.trail import record
from ledger.models import Division, Staff

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # Without characters that are misread on paper.


def new_password() -> str:
    """A first password to hand over on paper: 12 characters that cannot be misread."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


@transaction.atomic
def change_own_password(*, by: Staff, password: str) -> None:
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    record("password_changed", by=by, subject=by)


@transaction.atomic
def open_account(
    *,
    by: Staff | None,
    username: str,
    full_name: str,
    role: str,
    area: Division,
    hospital_code: str = "",
    unit: str = "",
    work_phone: str = "",
) -> tuple[Staff, str]:
    """Make an account; answers it with its first password, which its holder must change."""
    password = new_password()
    staff = Staff.objects.create_user(
        username, password, full_name=full_name, role=role, area=area, hospital_code=hospital_code, unit=unit, work_phone=work_phone
    )
    record("account_opened", by=by, subject=staff, detail={"username": username, "role": role, "area": area.code})
    return staff, password


@transaction.atomic
def reset_password(*, by: Staff, staff: Staff) -> str:
    """Give an account a new first password; answers it once."""
    password = new_password()
    staff.set_password(password)
    staff.must_change_password = True
    staff.save(update_fields=["password", "must_change_password"])
    record("password_reset", by=by, subject=staff, detail={"username": staff.username})
    return password


@transaction.atomic
def switch_account(*, by: Staff, staff: Staff, active: bool) -> None:
    """Close an account whose holder left, or open it again; it keeps its name in every history."""
    staff.is_active = active
    staff.save(update_fields=["is_active"])
    record("account_switched", by=by, subject=staff, detail={"username": staff.username, "active": active})
