"""A roster of 20,000 people × 8 columns brought in, beside django-import-export's default path on the same file. Goal: 10 × as fast.

Ours is what ``import_people --apply`` does: read by the child process, every line judged and kept sealed, and written: person,
home, category, two events of the timeline and two rows of the trail for each. Beside it the page's way, with a person looking
at the preview in between, and every line judged again. One line in ten is of somebody known: half of them with another phone
number, half as they stand. The peer is handed the same file in a fresh database with the same people in it (see
``roster_peer.py`` for what it does and does not do). All run in one process, in turn.

On a machine that others use the clock says little: beside it stands the processors' time of our process, of the reader's and of
the database's connection together, which changes less. The command cannot be faster than these three one after the other less
what our process and the database do side by side.

Measured on two processors that others kept busy (a load of 5 to 7), so no figure is the machine's own; ``--times`` takes the fastest:

- ``--times 4``: command 3.80 s, with the page's preview 4.16 s, peer 36.56 s: 9.6 × and 8.8 ×; processors 3.73 s, 4.66 s, 34.82 s.
- ``--times 3 --peer-first``: 5.81 s, 8.44 s, 87.42 s: 15.1 × and 10.4 ×; processors 4.03 s, 5.37 s, 42.64 s.

The fastest the command was seen in any run: 3.59 s. Before (idle): command 4.85 s, page 6.17 s, peer 44.06 s: 9.1 × and 7.1 ×.

On an idle machine with two cores, one round: the command 3.44 s, with the page's preview 4.35 s, django-import-export 37.58 s: 10.9 × and
8.6 ×.
"""

import argparse
import datetime
import io
import os
import resource
import time
from pathlib import Path

from database import cast

HEADINGS = ("姓名", "性别", "身份证号", "户编号", "家庭地址", "行政村代码", "联系电话", "脱贫年度")
VILLAGES = ("450222101201", "450222102201")
SURNAMES, GIVEN = "韦黄李陈梁覃王刘张罗蒙莫陆杨吴周农蓝何廖", "福生桂兰玉芳国强小梅春秋月文静建华振东秀英美玲永志明家"
GOAL = 10


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=20_000)
    asked.add_argument("--peer-first", action="store_true", help="run the peer before ours")
    asked.add_argument("--times", type=int, default=1, help="rounds in turn, of each way the fastest: for a machine that others use too")
    chosen = asked.parse_args()
    before, file = files(chosen.people)
    runs = {"ours": ours, "page": page, "peer": peer}
    order = ["peer", "page", "ours"] if chosen.peer_first else list(runs)
    rounds = [{name: run(before, file, runs[name]) for name in order} for _ in range(chosen.times)]
    took = {name: min((one[name] for one in rounds), key=clock) for name in order}
    words = {
        "ours": "ledger, by the command", "page": "ledger, previewed on the page first", "peer": "django-import-export, row by row",
    }  # fmt: skip
    print(f"{chosen.people:,} rows × {len(HEADINGS)} columns, {len(file):,} bytes")
    for name, parts in took.items():
        total, computed = clock(parts), parts["computed"]
        told = ", ".join(f"{part} {seconds:.2f}" for part, seconds in parts.items() if part != "computed")
        print(f"{words[name]:42} {total:7.2f} s   {chosen.people / total:8,.0f} rows/s   ({told}; processors {computed:.2f})")
    ratio, looked_at = (clock(took["peer"]) / clock(took[name]) for name in ("ours", "page"))
    print(f"the ledger's import runs at {ratio:.1f} × the peer (goal {GOAL}: {'met' if ratio >= GOAL else 'NOT MET'})")
    print(f"with a preview looked at in between, {looked_at:.1f} ×")


def clock(parts: dict[str, float]) -> float:
    return sum(seconds for part, seconds in parts.items() if part != "computed")


# ---- the file ----


def files(people: int) -> tuple[bytes, bytes]:
    """What is on the ledger before, and the file to be timed."""
    import os
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    known = people // 10
    rows = [line(number) for number in range(people)]
    changed = [(*row[:6], f"138{number:08d}", row[7]) if number < known // 2 else row for number, row in enumerate(rows)]
    return book(rows[:known]), book(changed)


def line(number: int) -> tuple:
    """Somebody invented, who left poverty in one of three years."""
    from ledger.identity import check_digit

    born = datetime.date(1935, 1, 1) + datetime.timedelta(number // 2)
    body = f"450222{born:%Y%m%d}{number % 100:02d}{number % 10}"
    name = SURNAMES[number % 20] + GIVEN[number // 20 % 27] + GIVEN[number // 540 % 27]
    home = f"{number % 12 + 1} 组 {number % 97 + 1} 号"
    return (
        name, "男" if number % 2 else "女", body + check_digit(body), f"4502221{number // 3:06d}", home, VILLAGES[number % 2],
        f"139{number:08d}", 2015 + number % 3,
    )  # fmt: skip


def book(rows: list[tuple]) -> bytes:
    from openpyxl import Workbook

    made, kept = Workbook(write_only=True), io.BytesIO()
    sheet = made.create_sheet("名册")
    for row in (HEADINGS, *rows):
        sheet.append(row)
    made.save(kept)
    return kept.getvalue()


# ---- both ways ----


def run(before: bytes, file: bytes, way) -> dict[str, float]:
    with cast() as people:
        from django.db import connection

        ours(people, before)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        computed = processors()
        took = way(people, file)
        computed = processors() - computed
        check(way is not peer)
        return {**took, "computed": computed}


def processors() -> float:
    """Seconds of the processors so far: this process, those it started, and the database's where it runs on this machine."""
    from django.db import connection

    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in used)
    at_work = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if at_work.exists():
        ticks = at_work.read_text().rpartition(")")[2].split()[11:13]
        seconds += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return seconds


def ours(people, file: bytes) -> dict[str, float]:
    from ledger.importing import uploads

    began = time.perf_counter()
    uploads.import_file(by=people.clerk, name="名册.xlsx", content=file, layout="roster", category=1)
    return {"read, judged, written": time.perf_counter() - began}


def page(people, file: bytes) -> dict[str, float]:
    from ledger.importing import uploads

    began = time.perf_counter()
    upload = uploads.preview_file(by=people.clerk, name="名册.xlsx", content=file, layout="roster", category=1)
    looked = time.perf_counter()
    uploads.import_people(by=people.clerk, upload=upload)
    return {"read, judged, kept": looked - began, "judged again, written": time.perf_counter() - looked}


def peer(people, file: bytes) -> dict[str, float]:
    from import_export.formats.base_formats import XLSX
    from roster_peer import PersonResource

    began = time.perf_counter()
    dataset = XLSX().create_dataset(file)
    read = time.perf_counter()
    PersonResource(people.clerk).import_data(dataset, dry_run=False, raise_errors=True)
    return {"read": read - began, "imported": time.perf_counter() - read}


def check(whole: bool) -> None:
    """Everybody is there with the new numbers; after ours with home, category, timeline and trail."""
    from ledger.models import AuditEvent, CaseEvent, CategoryFact, Person, Residence

    people = Person.objects.everywhere("benchmark").count()
    corrected = AuditEvent.objects.filter(action="person_corrected").count()
    told = (Residence.objects.count(), CategoryFact.objects.count(), CaseEvent.objects.count())
    if whole and corrected:
        assert told == (people, people, 2 * people + corrected), (people, told, corrected)


if __name__ == "__main__":
    main()
