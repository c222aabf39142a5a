"""Where a plan is written, and who has nothing to do with it: what several tests of its pages stand on."""

from django.urls import reverse

from ledger.models import Role, Staff


def write_address(case) -> str:
    return reverse("hospitals:plan-write", args=[case.pk])


def other_liaison(cast) -> Staff:
    told = {"username": "liaison-9", "full_name": "龙秀梅", "role": Role.LIAISON, "area": cast.county}
    return Staff.objects.create(**told, hospital_code=cast.city_hospital.code, password="!", must_change_password=False)
