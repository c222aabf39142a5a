"""A member of staff's browser, and the one screen of registration as a clerk fills it in."""

import datetime

from django.test import Client
from django.urls import reverse

from ledger.models import Category, Person


def client_of(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def screen(cast, **changes) -> dict:
    """What a clerk types on the one screen for 韦桂兰."""
    typed = {
        "id_number": cast.id_number(datetime.date(1963, 4, 12)).number,
        "name": "韦桂兰",
        "sex": "",
        "born_on": "",
        "insurance_number": "4502221806217",
        "township": cast.village.parent_id,
        "village": cast.village.pk,
        "address": "下屯 27 号",
        "phone": "13907720561",
        "category-TOTAL_FORMS": "3",
        "category-INITIAL_FORMS": "0",
        "category-0-category": Category.REGISTERED_POOR.value,
        "category-0-since": "2016.1.1",
        "category-0-basis": "县扶贫办 2017 年 9 月名册",
        "disease": cast.disease("cataract").pk,
        "found_on": "20171018",
        "found_how": "村医入户随访",
    }
    return typed | changes


def register(cast, staff=None, **changes):
    return client_of(staff or cast.clerk).post(reverse("ledger:register"), screen(cast, **changes), follow=True)


def only_person() -> Person:
    return Person.objects.everywhere("test").get()
