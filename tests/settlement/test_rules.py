"""Stored policies made ready once: a disease entered on the ledger afterwards is still known to them."""

import pytest

from ledger.models import Disease
from settlement.models import PolicyVersion
from settlement.rules import LedgerDiseases, chain_of

pytestmark = pytest.mark.django_db


def test_a_disease_entered_later_is_known_and_no_other(window, django_assert_num_queries):
    assert isinstance(chain_of(PolicyVersion.objects.get(code="liuzhou-2017")).diseases, LedgerDiseases)
    codes = LedgerDiseases()
    assert "gastric-cancer" in codes and "new-disease" not in codes
    group = Disease.objects.get(code="gastric-cancer").group
    Disease.objects.create(code="new-disease", name="新病种", position=999, group=group, icd10_prefixes=["Z99"])
    assert "new-disease" in codes and "never-heard-of" not in codes
    with django_assert_num_queries(0):
        assert "gastric-cancer" in codes and "new-disease" in codes
