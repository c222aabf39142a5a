"""Rules on the data model: each column classed, numbers sealed, migrations complete, no hidden work in signals."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import models
from django.db.models import signals

from ledger.protection import SealedField
from tests.architecture.personal_fields import _BY_MODEL, CLASSES

OURS = ("config", "ledger", "hospitals", "settlement", "reports")
MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]
FIELDS = {
    f"{model._meta.label}.{field.name}": field for model in MODELS for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
}


def test_every_field_is_classed_personal_or_plain_and_no_row_is_stale():
    assert set(FIELDS) - set(CLASSES) == set(), "class these in tests/architecture/personal_fields.py"
    assert set(CLASSES) - set(FIELDS) == set(), "these fields are gone: remove their rows"
    assert sum(len(names.split()) for columns in _BY_MODEL.values() for names in columns) == len(CLASSES), "a field is classed twice"


def test_what_is_sealed_is_personal_and_people_are_reached_by_sealed_numbers_only():
    sealed = {name for name, field in FIELDS.items() if isinstance(field, SealedField)}
    assert {name for name in sealed if CLASSES[name] != "personal"} == set()
    assert sealed == {
        "ledger.Person.id_number", "ledger.Person.phone", "ledger.Person.contact_phone", "ledger.Person.village_doctor_phone",
        "ledger.Merge.before", "ledger.Upload.people", "ledger.Upload.preview", "ledger.ListWork.file", "reports.Submission.payload", "reports.Submission.checks", "reports.WorkbookStamp.cells", "reports.JobPart.result",
        "settlement.Client.secret", "hospitals.TreatmentPlan.attending_phone", "hospitals.TreatmentPlan.surgeon_phone",
        "hospitals.Referral.doctor_phone", "hospitals.Contact.phone", "hospitals.Contact.mobile", "hospitals.Expert.phone",
    }  # fmt: skip
    telling = {
        name for name, field in FIELDS.items()
        if CLASSES[name] == "personal" and ("phone" in field.name or "id_number" in field.name) and not field.name.endswith("_hash")
    }  # fmt: skip
    assert telling - sealed == {"ledger.Staff.work_phone"}  # The office's, on the page for all to see.


def test_a_link_to_a_person_or_case_is_personal():
    links = {name for name, field in FIELDS.items() if field.related_model and field.related_model.__name__ in ("Person", "Case")}
    assert {name for name in links if CLASSES[name] != "personal"} == set()


def test_the_plain_admin_shows_nobody_on_the_ledger():
    registered = {model._meta.label for model in admin.site._registry if model in MODELS}
    personal = {name.rsplit(".", 1)[0] for name, of in CLASSES.items() if of == "personal"}
    assert registered & personal <= {"ledger.Staff"}


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("name", ["pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"])
def test_no_model_works_by_signal(name):
    signal = getattr(signals, name)
    assert {model._meta.label: signal._live_receivers(model) for model in MODELS if any(signal._live_receivers(model))} == {}


def test_no_model_hides_work_in_save_or_delete():
    own = {
        f"{model._meta.label}.{method}"
        for model in MODELS
        for method in ("save", "delete")
        if getattr(model, method) is not getattr(models.Model, method)
    }
    assert own <= {"ledger.Staff.save"}  # Django's own, for passwords.
