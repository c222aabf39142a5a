"""The demo prefecture tells the published baseline, holds together, and invents everybody in it."""

import datetime
import hashlib
import re
import time
from collections import Counter

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import call_command

from config.demo.accounts import accounts
from config.demo.prefecture import AlreadyLoaded, is_loaded, load_prefecture
from hospitals.models import Designation, Hospital, Referral, Stay
from hospitals.referral_list import is_long
from ledger.identity import read_id_number
from ledger.models import CaseEvent, Category, CategoryFact, Division, Role, Staff
from ledger.person_forms import NO_NUMBER, RELATIONS, WAYS_FOUND
from ledger.standing import differences
from ledger.transitions import MOVES
from reports.forms.f5 import baseline
from tests.config.demo_loaded import PASSWORD, demo_loaded, every_case, everyone

pytestmark = pytest.mark.django_db  # Each test's changes are taken back to the loaded demo.

MAY, LAST_DAY = datetime.date(2017, 5, 31), datetime.date(2017, 10, 20)
PUBLISHED = {
    "合计": 511, "儿童白血病": 4, "儿童先天性心脏病": 18, "食管癌": 16, "胃癌": 47, "结直肠癌": 32, "终末期肾病": 110, "白内障": 284,
}  # fmt: skip
# The contacts and experts named in 柳卫医〔2017〕40号, as SHA-256 beginnings: real people's names have no business here.
REAL_NAMES = (
    "190671c701 466c453845 a44e0f1c37 4193c828c4 5c1c55bf78 22722338f9 d46197e5af a22bec0446 17a7ca3256 71a5dcacb4 "
    "085f3f8e5d 844488d447 90d726f364 274fd72e12 f25aa90fd3 d621a5ea81 b2906ed0cb fa9b0fa125 afa43c9b2e 8a1fc5eccf "
    "fef80f1c46 53fec40b14 e8cc5c62c4 a1293db807 cc722ef9e8 39da598084 bdf44524b7 3ae4357043 a81f600d67 9664ae980c"
)


def told() -> tuple[list, list, list]:
    """The whole story without sealed text and keys."""
    return (
        list(everyone().values_list("name", "sex", "born_on", "id_number_hash", "village__code", "address")),
        list(every_case().values_list("person__name", "disease__code", "state", "registered_on", "completed_on", "closed_on", "outcome")),
        list(CaseEvent.objects.order_by("pk").values_list("at", "on", "move", "text", "by_name", "county__code")),
    )


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo, loaded twice: what the first load told, and the second one's data for the tests of this module."""
    with django_db_blocker.unblock():
        with demo_loaded():
            first = told()
        started = time.monotonic()
        with demo_loaded():
            yield {"first": first, "seconds": time.monotonic() - started}


@pytest.fixture
def city(loaded) -> Division:
    return Division.objects.get(code="450200")


def test_the_baseline_of_may_is_the_published_one(city):
    table = baseline(city, MAY)
    assert table.pop("450200") == PUBLISHED
    assert len(table) == 10
    assert all(row["合计"] > 0 for row in table.values())
    assert {name: sum(row[name] for row in table.values()) for name in PUBLISHED} == PUBLISHED


def test_the_511_have_one_case_each_on_that_day(loaded):
    poor = CategoryFact.objects.filter(category=Category.REGISTERED_POOR, during__contains=MAY).values("person")
    cases = every_case().filter(registered_on__lte=MAY, person__in=poor)
    assert (cases.count(), cases.values("person").distinct().count()) == (511, 511)


def test_two_loads_tell_the_same(loaded):
    assert told() == loaded["first"]


def test_it_loads_quickly_and_only_once(loaded):
    assert loaded["seconds"] < 15
    assert is_loaded()
    with pytest.raises(AlreadyLoaded):
        load_prefecture(PASSWORD)


def test_the_derived_table_agrees_with_the_facts(loaded, capsys):
    assert differences() == []
    call_command("rebuild_standing", "--check")
    assert "一致" in capsys.readouterr().out


def test_every_role_has_two_accounts_with_the_one_password(loaded):
    assert {role: number for role, number in Counter(account.role for account in accounts()).items() if number < 2} == {}
    assert {account.role for account in accounts()} == set(Role.values)
    names = {account.username for account in accounts()}
    assert set(Staff.objects.values_list("username", flat=True)) == names
    assert names >= {
        "clerk-450222-1", "lead-450222-1", "township-450222-1", "civil-450222-1", "poverty-450222-1", "city-450200-1", "liaison-1",
        "auditor-1", "operator-1",
    }  # fmt: skip
    assert not Staff.objects.filter(must_change_password=True).exists()
    (stored,) = set(Staff.objects.values_list("password", flat=True))
    assert check_password(PASSWORD, stored)


def test_nobody_is_real(loaded):
    names = set(Staff.objects.values_list("full_name", flat=True))
    for field in ("name", "contact_name", "village_doctor"):
        names |= set(everyone().values_list(field, flat=True))
    known = set(REAL_NAMES.split())
    assert [name for name in names if hashlib.sha256(name.encode()).hexdigest()[:10] in known] == []


def test_telephone_numbers_are_plainly_invented(loaded):
    assert all(re.fullmatch(r"0772-7000\d{3}", hospital.phone) for hospital in Hospital.objects.all())
    assert all(re.fullmatch(r"0772-7601\d{3}", staff.work_phone) for staff in Staff.objects.all())
    for person in everyone():
        for number in (person.phone, person.contact_phone, person.village_doctor_phone):
            assert re.fullmatch(r"1390772\d{4}|", number.reveal())


def test_id_numbers_fit_their_holders(loaded):
    without = 0
    for person in everyone():
        if not person.id_number:
            without += 1
            assert person.id_absent_reason
            continue
        number = read_id_number(person.id_number.reveal(), LAST_DAY)
        assert (number.born_on, number.sex) == (person.born_on, person.sex)
        assert number.number[14] == "9"
    assert without == 3


def test_what_a_form_offers_is_in_the_forms_words(loaded):
    """Or a correction of somebody else's particulars would find a word that its list does not have."""
    people = list(everyone())
    assert {person.contact_relation for person in people} == {"配偶", "父母", "子女"} < set(RELATIONS)
    assert {person.id_absent_reason for person in people} - {""} == {"婴儿未上户"} < set(NO_NUMBER)
    assert {case.found_how for case in every_case()} < set(WAYS_FOUND)


def test_families_have_their_surnames(loaded):
    grown = [person for person in everyone() if LAST_DAY.year - person.born_on.year > 16]
    wives = [person for person in grown if person.sex == "female" and person.contact_relation == "配偶"]
    fathers = [person for person in grown if person.sex == "male" and person.contact_relation == "子女"]
    assert len(wives) > 50 and [person.name for person in wives if person.contact_name[0] == person.name[0]] == []
    assert len(fathers) > 50 and [person.name for person in fathers if person.contact_name[0] != person.name[0]] == []


def test_every_history_follows_the_table_of_moves(loaded):
    events: dict[int, list[CaseEvent]] = {}
    for event in CaseEvent.objects.exclude(case=None).exclude(to_state="").order_by("at", "pk"):
        events.setdefault(event.case_id, []).append(event)
    for case in every_case():
        state = ""
        for event in events[case.pk]:
            assert event.from_state == state
            move = event.move.removeprefix("case_")
            if move in MOVES and move != "reopen":
                assert (state in MOVES[move].sources, event.to_state) == (True, MOVES[move].target)
            state = event.to_state
        assert state == case.state


def test_stays_stand_with_their_cases(loaded):
    stays: dict[int, list[Stay]] = {}
    for stay in Stay.objects.everywhere("a test of the demo").select_related("hospital").order_by("admitted_on", "pk"):
        stays.setdefault(stay.case_id, []).append(stay)
    for case in every_case():
        mine = stays.get(case.pk, [])
        assert all(before.discharged_on <= after.admitted_on for before, after in zip(mine, mine[1:], strict=False))
        assert case.completed_on in {None, *(stay.completed_on for stay in mine)}
        assert bool(mine) == (case.state in ("in_treatment", "treated") or case.outcome in ("cured", "improved"))
        assert all((stay.hospital.code, stay.hospital.name) == (case.hospital_code, case.hospital_name) for stay in mine)


def test_agreed_hospitals_are_designated(loaded):
    designated = {(row.hospital.code, row.disease_id, row.area_id) for row in Designation.objects.select_related("hospital")}
    outside = [
        case.disease.code
        for case in every_case().exclude(hospital_code="").select_related("disease", "county")
        if not {(case.hospital_code, case.disease_id, area) for area in (case.county_id, case.county.parent_id)} & designated
    ]
    assert set(outside) == {"lung-cancer"}


def test_annex_3(city):
    def named(disease: str) -> set[str]:
        return set(Designation.objects.filter(disease__code=disease, area=city).values_list("hospital__name", flat=True))

    four = {"柳州市人民医院", "柳州市工人医院", "柳州市柳铁中心医院", "柳州市中医医院"}
    assert named("end-stage-renal-disease") == four
    assert named("gastric-cancer") == {*four, "广西科技大学第二附属医院"}
    assert named("all") == {"广西医科大学第一附属医院", "广西壮族自治区人民医院"}
    assert named("asd") == {"柳州市妇幼保健院"}


def test_referrals_stand_in_every_state_and_their_cases_with_them(loaded):
    rows = Referral.objects.everywhere("a test of the demo").select_related("case", "from_hospital", "to_hospital", "person")
    assert Counter(row.state for row in rows) == {
        "requested": 4, "accepted": 2, "on_the_way": 1, "arrived": 1, "finished": 1, "refused": 1, "cancelled": 1,
    }  # fmt: skip
    reading = {case.pk: case.referral_code for case in every_case().exclude(referral_code="")}
    expected = {}
    for row in rows:
        here, there = row.from_hospital.code, row.to_hospital.code if row.to_hospital else ""
        assert row.case.hospital_code == (there if row.state in ("arrived", "finished") else here), row.pk
        assert [step.to_state for step in row.moves.all()][0] == "requested" and row.moves.last().to_state == row.state
        if row.ended_at is None and there:
            expected[row.case_id] = here if row.state == "arrived" else there
    assert reading == expected
    assert [row.approval_number for row in rows if row.approval_number] == ["LC2017-0031"]
    assert [row.approval_refused for row in rows if row.approval_refused] == ["市内有条件治疗，请先到市级定点医院"]
    assert {row.from_hospital.county.code for row in rows if is_long(row)} >= {"450223", "450224"}
