"""A ledger of 1,000,000 cases in 120 counties, made once in a database of its own and used again by ``ledger_scale.py``.

    .venv/bin/python benchmarks/million.py            # make it unless it stands; --anew makes it again

Invented: 940,000 people, 60,000 of them with a second disease; a tenth of them children of the children's diseases; categories
held together, ended, not yet verified; 6 % moved house; every state and outcome of a case; stays and three timeline events for
most. Twelve prefectures of ten counties, each with ten towns of twelve villages. The derived rows are computed in SQL
(``million.sql``) and compared with what the ledger derives for a sample. The trail and the settlements are empty.
"""

import argparse
import hashlib
import os
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NAME = "ledger_million"
TODAY = "2019-10-20"
SAMPLE = 10_000
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ |= {"LEDGER_BUSINESS_DATE": TODAY, "LEDGER_DATABASE_ROLE": "owner"}

SURNAMES = "韦黄李陈梁覃王刘张罗蒙莫陆杨吴周农蓝何廖谢唐潘林卢邓石徐曾叶甘朱苏温欧龙申曹侯宋盘贲翟区冼单"
GIVEN = "福生桂兰玉芳国强小梅春秋月文静建华振东秀英美玲永志明家乐海燕世荣爱民德才金凤丽萍光辉胜利水平安宁庆祥瑞芝莲香云霞红星立新东升艳娟雪冰松柏林森"
WEIGHTS = {
    "cataract": 12,
    "end-stage-renal-disease": 9,
    "gastric-cancer": 9,
    "oesophageal-cancer": 7,
    "stroke": 14,
    "copd": 10,
    "lung-cancer": 8,
}
TABLES = ("person", "residence", "categoryfact", "case", "struckoff", "stay", "caseevent", "standing")


def open_million(*, anew: bool = False, reuse: bool = False) -> None:
    """Django on the million's database; it is made first where there is none, or (but for ``reuse``) the tables have changed since."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = NAME
    django.setup()
    mark = _mark()
    if anew or not mark or (mark != _fingerprint() and not reuse):
        _make()


def _fingerprint() -> str:
    """Of everything the database is made by."""
    parts = [
        *sorted(ROOT.glob("*/migrations/0*.py")),
        *sorted(ROOT.glob("ledger/data/*.csv")),
        Path(__file__),
        ROOT / "benchmarks/million.sql",
    ]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def _administrator():
    """A connection to the database beside ours."""
    from django.db import connection

    return connection._nodb_cursor()


def _mark() -> str:
    with _administrator() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [NAME])
        found = cursor.fetchone()
    return (found and found[0]) or ""


def _make() -> None:
    from django.core.management import call_command
    from django.db import connection

    began = time.perf_counter()
    print(f"making {NAME}: a few minutes, once", flush=True)
    with _administrator() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        _pools(cursor)
        for statement in re.split(r";\n", (ROOT / "benchmarks/million.sql").read_text()):
            if statement.strip():
                cursor.execute(statement)
        said(began, "drawn")
        again = _without_indexes(cursor)
        for table in TABLES:
            _fill(cursor, table)
        said(began, "filled")
        for statement in again:
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
        said(began, "indexed")
        _check(cursor)
        cursor.execute(f"COMMENT ON DATABASE {NAME} IS '{_fingerprint()}'")
    connection.close()
    said(began, "made")


def said(began: float, what: str) -> None:
    print(f"  {what} after {time.perf_counter() - began:.0f} s", flush=True)


# ---- what the people are drawn from ----


def _pools(cursor) -> None:
    from ledger.pinyin import initials
    from ledger.protection import seal
    from ledger.reference import load_reference

    load_reference()
    _divisions()
    _staff()
    _table(
        cursor, "pool_surname", "position int, word text, letter text", [(n, word, initials(word)) for n, word in enumerate(SURNAMES, 1)]
    )
    _table(
        cursor,
        "pool_given",
        "position int, word text, letter text",
        [(n, word, initials("李" + word)[1:]) for n, word in enumerate(GIVEN, 1)],
    )
    numbers = [f"4602{n % 100:02d}19{30 + n % 60}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}X" for n in range(2000)]
    _table(cursor, "pool_number", "position int, sealed text", [(n, seal(number)) for n, number in enumerate(numbers)])
    _table(cursor, "pool_phone", "position int, sealed text", [(n, seal(f"139{n:08d}")) for n in range(2000)])
    _table(cursor, "pool_disease", "position int, id bigint, group_id bigint, age_max int, lower float8, adult int", _diseases())
    cursor.execute("""
        CREATE TEMP TABLE pool_village AS
        SELECT row_number() OVER (ORDER BY v.code)::int AS position, v.id AS village_id, t.id AS township_id, c.id AS county_id,
               (min(v.id) OVER (PARTITION BY c.parent_id) - min(v.id) OVER () + 1)::int AS first_of_prefecture,
               count(*) OVER (PARTITION BY c.parent_id) AS in_prefecture
        FROM ledger_division v JOIN ledger_division t ON t.id = v.parent_id JOIN ledger_division c ON c.id = t.parent_id WHERE v.level = 5""")
    cursor.execute("""
        CREATE TEMP TABLE pool_staff AS
        SELECT c.id AS county_id, s.id AS clerk_id, h.id AS hospital_id, h.code AS hospital_code, h.name AS hospital_name,
               o.id AS city_id, o.code AS city_code, o.name AS city_name
        FROM ledger_division c JOIN ledger_staff s ON s.area_id = c.id AND s.role = 'clerk' JOIN hospitals_hospital h ON h.county_id = c.id
        JOIN ledger_division p ON p.id = c.parent_id JOIN hospitals_hospital o ON o.code = p.code || '-1'""")


def _table(cursor, name: str, columns: str, rows: list[tuple]) -> None:
    cursor.execute(f"CREATE TEMP TABLE {name} ({columns})")
    marks = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    cursor.execute(f"INSERT INTO {name} VALUES " + ", ".join([marks] * len(rows)), [value for row in rows for value in row])


def _divisions() -> None:
    """Codes go up with the keys, so that a prefecture's villages are neighbours."""
    from ledger.models import Division

    parents = [None]
    for level, number, code in ((2, 12, "46{:02d}00"), (3, 10, "{}{:02d}"), (4, 10, "{}{:03d}"), (5, 12, "{}{:03d}")):
        rows = []
        for parent in parents:
            start = {2: "", 3: parent and parent.code[:4]}.get(level, parent and parent.code)
            for n in range(1, number + 1):
                told = code.format(n) if level == 2 else code.format(start, n + 20 if level == 3 else n + 200)
                name = f"{'市县镇村'[level - 2]}"
                rows.append(Division(code=told, name=f"第{len(rows) + 1}{name}", level=level, parent=parent))
        parents = Division.objects.bulk_create(rows)


def _staff() -> None:
    from django.contrib.auth.hashers import make_password

    from hospitals.models import Hospital
    from ledger.models import Division, Staff

    nobody = make_password(None)
    staff, hospitals = [], []
    for area in Division.objects.filter(level__lte=3).select_related("parent"):
        hospitals.append(
            Hospital(code=f"{area.code}-1", name=f"{area.code}医院", short_name="医院", county=area if area.level == 3 else None)
        )
        for role in ("clerk", "lead", "civil", "poverty", "liaison") if area.level == 3 else ("city",):
            staff.append(
                Staff(username=f"{role}-{area.code}", full_name="经办", role=role, area=area, password=nobody, must_change_password=False,
                      hospital_code=f"{area.code}-1" if role == "liaison" else "")
            )  # fmt: skip
    towns = Division.objects.filter(level=4, code__endswith="201")
    staff += [
        Staff(username=f"township-{town.code}", full_name="经办", role="township", area=town, password=nobody, must_change_password=False)
        for town in towns
    ]
    Hospital.objects.bulk_create(hospitals)
    Staff.objects.bulk_create(staff)


def _diseases() -> list[tuple]:
    """Position, keys, age limit, where its share of people begins, and its number among the diseases of adults."""
    from ledger.models import Disease

    rows, lower, adult = [], 0.0, 0
    diseases = list(Disease.objects.order_by("position"))
    weights = [WEIGHTS.get(one.code, 1 if one.age_max is not None else 2) for one in diseases]
    for position, (one, weight) in enumerate(zip(diseases, weights, strict=True), 1):
        grown = one.age_max is None
        rows.append((position, one.pk, one.group_id, one.age_max, lower, adult if grown else None))
        lower, adult = lower + weight / sum(weights), adult + grown
    return rows


# ---- into the tables ----


def _model(table: str):
    from django.apps import apps

    return apps.get_model("hospitals" if table == "stay" else "ledger", table)


def _fill(cursor, table: str) -> None:
    """The drawn rows; a column that was not drawn gets what a new row of the model has."""
    model = _model(table)
    cursor.execute(f"SELECT * FROM draw_{table} LIMIT 0")
    drawn = {column.name for column in cursor.description}
    columns, taken, values = [], [], []
    for field in model._meta.concrete_fields:
        if field.column in drawn:
            columns.append(f'"{field.column}"')
            taken.append(f'"{field.column}"')
        elif not field.primary_key and not field.null and not field.generated:
            columns.append(f'"{field.column}"')
            taken.append("%s")
            values.append(field.get_db_prep_save(field.get_default(), cursor.db))
    cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(taken)} FROM draw_{table}", values)
    if "id" in drawn:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), (SELECT max(id) FROM {model._meta.db_table}))"
        )


def _without_indexes(cursor) -> list[str]:
    """Drop indexes and constraints of the tables to fill, but their keys; answers the statements that bring them back."""
    names = [_model(table)._meta.db_table for table in TABLES]
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('f', 'u', 'x', 'c') ORDER BY contype = 'f'", [names],
    )  # fmt: skip
    constraints = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(
        "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s) AND indexname NOT LIKE %s",
        [names, "%_pkey"],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _, definition in indexes] + [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {what}" for table, name, what in constraints
    ]


def _check(cursor) -> None:
    """As many as promised, and the derived rows of a sample are what the ledger derives itself."""
    from ledger.standing import differences

    cursor.execute("SELECT count(*), count(DISTINCT county_id) FROM ledger_case")
    assert cursor.fetchone() == (1_000_000, 120)
    cursor.execute("SELECT id FROM ledger_person ORDER BY hashint8(id) LIMIT %s", [SAMPLE])
    wrong = differences(people=[pk for (pk,) in cursor.fetchall()])
    assert not wrong, wrong[:5]
    print(f"  the derived rows of {SAMPLE:,} people are what the ledger derives")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--anew", action="store_true", help="make it again although it stands")
    open_million(anew=asked.parse_args().anew)
