"""A ledger of 1,000,000 cases in 120 counties: F1, the list of cases, finding by name, and what the pages of a day's work take.

The database is made by ``million.py`` the first time. ``ms of SQL`` is what the statements took, asked over the local socket and
fetched; the best of several runs. Pages go through the test client with all their middleware; the peers (Django admin's
changelist as it comes and scoped by hand, ``scale_admin.py``) show the same rows, as many a page, in turn in the same run; the
best of each.

Measured on the idle machine (two processors), best of several: F1 5.8 ms a county in the middle (9.7 the slowest), 0.53 s for all
120; list by disease 0.33 ms in a county, 0.29 ms in a prefecture (500 rows further 0.66 and 0.59 ms), page 16 and 15 × the admin's;
names in a county 0.4 to 2.0 ms, in a prefecture 0.6 to 1.1 ms. A name that hundreds bear in one prefecture had made PostgreSQL read
all 83,000 cases of it (14 to 29 ms for a surname): a case now carries how its person's name begins, and is walked by that, newest
first. Tried before and left, in ms of the server's processor for 2,580 people: telling it who they are by their keys (13 for 751),
cheaper random pages (17 to 20), walking the counties in order as a UNION ALL with the name asked of each case (190).
"""

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager

from million import NAME, open_million

TIMES = 15
ROWS: list[tuple[str, str, str, str]] = []


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--reuse", action="store_true", help="take the database as it stands, whatever changed since it was made")
    open_million(reuse=asked.parse_args().reuse)
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT county_id) FROM ledger_case")
        cases, counties = cursor.fetchone()
        cursor.execute("SELECT pg_size_pretty(pg_database_size(%s))", [NAME])
        (size,) = cursor.fetchone()
    print(f"{cases:,} cases in {counties} counties, {size}")
    f1()
    case_list()
    names()
    pages()
    table()
    connection.close()


# ---- clocks ----


@contextmanager
def sql_clock():
    """Adds up what the statements inside take: (seconds, how many)."""
    from django.db import connection

    told = [0.0, 0]

    def timed(execute, *asked):
        began = time.perf_counter()
        answer = execute(*asked)
        told[0] += time.perf_counter() - began
        told[1] += 1
        return answer

    with connection.execute_wrapper(timed):
        yield told


def sql_of(act: Callable[[], object], times: int = TIMES) -> float:
    """Milliseconds of SQL, the best of several runs: what the statements take where nothing else keeps the machine busy."""
    taken = []
    for _ in range(times + 1):
        with sql_clock() as told:
            act()
        taken.append(told[0] * 1e3)
    return min(taken)


def clock_of(act: Callable[[], object], times: int = TIMES) -> float:
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken[1:])


def tell(what: str, measured: float, unit: str, goal: float | None = None, beside: str = "", more: bool = False) -> None:
    met = "" if goal is None else "met" if (measured >= goal if more else measured <= goal) else "NOT MET"
    told = "" if goal is None else f"{'≥' if more else '≤'} {goal:g} {unit}"
    ROWS.append((what, f"{measured:,.2f} {unit}", told, " ".join(filter(None, (met, beside)))))


def table() -> None:
    rows = [("what", "measured", "goal", ""), *ROWS]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    for what, measured, goal, met in rows:
        print(f"{what:{widths[0]}}  {measured:>{widths[1]}}  {goal:>{widths[2]}}  {met}".rstrip())


# ---- what is measured ----


def staff(role: str, code: str):
    from ledger.models import Staff

    return Staff.objects.select_related("area__parent__parent").get(username=f"{role}-{code}")


def largest_county() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM ledger_division d JOIN ledger_case c ON c.county_id = d.id GROUP BY code ORDER BY count(*) DESC LIMIT 1"
        )
        return cursor.fetchone()[0]


def f1() -> None:
    from ledger import clock
    from ledger.models import Division
    from reports.forms.coverage import printed_groups
    from reports.forms.f1 import f1_figures

    counties = list(Division.objects.filter(level=3).select_related("parent").order_by("code"))
    today = clock.today()
    groups = [group.pk for group in printed_groups(counties[0], today)]
    each = [sql_of(lambda pk=county.pk: f1_figures([pk], today, groups), 3) for county in counties]
    tell("F1 of one county, SQL (middle of 120)", statistics.median(each), "ms", 10)
    tell("F1 of one county, SQL (slowest of 120)", max(each), "ms", 10)
    every = [county.pk for county in counties]
    tell("F1 of all 120 counties, SQL", sql_of(lambda: f1_figures(every, today, groups)) / 1e3, "s", 0.7)


def case_list() -> None:
    from django.http import QueryDict

    from ledger.case_list import CaseFilter, counts_by_state, page_of
    from ledger.models import Case, Disease

    disease = Disease.objects.get(code="stroke")
    code = largest_county()
    for words, who in (("county", staff("clerk", code)), ("city", staff("city", f"{code[:4]}00"))):
        query = QueryDict(f"disease={disease.pk}")
        wanted = CaseFilter(query, staff=who).apply(Case.objects.visible_to(who))
        bare = wanted.select_related(None)
        tell(f"list by disease, first page, SQL ({words})", sql_of(lambda w=bare, q=query: page_of(w, q)), "ms", 1)
        far = bare.order_by("-registered_on", "-pk").values_list("pk", flat=True)[500:501].get()
        deep = QueryDict(f"disease={disease.pk}&before={far}")
        tell(f"list by disease, 500 rows further, SQL ({words})", sql_of(lambda w=bare, q=deep: page_of(w, q)), "ms", 1)
        tell(f"figures beside its tabs, SQL ({words})", sql_of(lambda w=wanted: counts_by_state(w)), "ms")
        beside_admin(words, who, disease.pk)


def beside_admin(words: str, who, disease: int) -> None:
    """Our page and the admin's of the same rows, in turn."""
    import scale_admin
    from django.test import Client, override_settings
    from django.urls import reverse

    chosen = f"?disease__id__exact={disease}"
    area = f"&county__id__exact={who.area_id}" if words == "county" else f"&county__parent__id__exact={who.area_id}"
    addresses = {"admin": f"/admin/ledger/case/{chosen}{area}", "scoped": f"/scoped/ledger/case/{chosen}"}
    address = f"{reverse('ledger:case-list')}?disease={disease}"
    ours, theirs = Client(), Client()
    ours.force_login(who)
    theirs.force_login(who)
    taken: dict[str, list[float]] = {"ours": [], **{name: [] for name in addresses}}
    for _ in range(TIMES + 2):
        began = time.perf_counter()
        answer = ours.get(address)
        taken["ours"].append(time.perf_counter() - began)
        assert answer.status_code == 200 and answer.content.count(b"<tr") > 50, answer.status_code
        with override_settings(ROOT_URLCONF="scale_admin", MIDDLEWARE=scale_admin.MIDDLEWARE):
            theirs.handler.load_middleware()
            for name, peer in addresses.items():
                began = time.perf_counter()
                answer = theirs.get(peer)
                taken[name].append(time.perf_counter() - began)
                assert answer.status_code == 200 and answer.content.count(b"<tr>") >= 50, (peer, answer.status_code)
    best = {name: min(times[2:]) * 1e3 for name, times in taken.items()}
    beside = f"(page {best['ours']:.0f} ms, admin's changelist {best['admin']:.0f} ms)"
    tell(f"list by disease, page, × admin ({words})", best["admin"] / best["ours"], "×", 5, beside, more=True)
    tell(f"the same, × admin scoped by hand ({words})", best["scoped"] / best["ours"], "×", None, f"({best['scoped']:.0f} ms)")


def names() -> None:
    from django.http import QueryDict

    from ledger.case_list import CaseFilter, page_of
    from ledger.models import Case

    code = largest_county()
    for words, who in (("county", staff("clerk", code)), ("city", staff("city", f"{code[:4]}00"))):
        for kind, text in (("name prefix", "覃"), ("name prefix", "韦桂"), ("initials", "w"), ("initials", "qf"), ("initials", "wgl")):
            query = QueryDict(mutable=True)
            query["q"] = text
            form = CaseFilter(query, staff=who)
            form.is_valid()
            listed = sql_of(lambda f=form, w=who, q=query: page_of(f.apply(Case.objects.visible_to(w)), q))
            tell(f"{kind} {text}, SQL ({words})", listed, "ms", 3)


def pages() -> None:
    from django.test import Client
    from django.urls import reverse

    code = largest_county()
    people = [("clerk", code), ("lead", code), ("township", f"{code}201"), ("civil", code), ("liaison", code), ("city", f"{code[:4]}00")]
    for role, area in people:
        client = Client()
        client.force_login(staff(role, area))
        for words, name in (("workbench", "reports:workbench"), ("work list", "reports:work-list"), ("case list", "ledger:case-list")):
            address = reverse(name)
            status = client.get(address).status_code
            if status == 404:
                continue
            with sql_clock() as told:
                client.get(address)
            middle = clock_of(lambda c=client, a=address: c.get(a), 3)
            tell(
                f"{words}, {role}",
                middle,
                "ms",
                None,
                f"{told[1]} statements, {told[0] * 1e3:.0f} ms of SQL" + (f", answers {status}" if status != 200 else ""),
            )


if __name__ == "__main__":
    main()
