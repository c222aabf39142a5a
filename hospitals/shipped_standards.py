"""The shipped list of annex 7, put in for a prefecture: documents it has already stay as its officials left them."""

import tomllib
from pathlib import Path

from django.db import transaction

from hospitals.models import Standard, StandardKind
from ledger.models import Disease, Division

SHIPPED = Path(__file__).parent / "data" / "standards-liuzhou.toml"


@transaction.atomic
def load_standards(prefecture: Division, diseases: dict[str, Disease]) -> int:
    """Each document of the list that the prefecture lacks, with the diseases of its groups; answers how many. Safe to run again."""
    shipped = tomllib.loads(SHIPPED.read_text())
    there = set(Standard.objects.filter(prefecture=prefecture).values_list("number", "title"))
    made = []
    for one in shipped["document"]:
        if (one["number"], one["title"]) in there:
            continue
        standard = Standard.objects.create(
            prefecture=prefecture, kind=StandardKind.DOCUMENT, number=one["number"], title=one["title"], issuer=one["issuer"]
        )
        codes = [code for group in one["groups"] for code in shipped["groups"][group]]
        standard.diseases.set([diseases[code] for code in codes])
        made.append(standard)
    return len(made)
