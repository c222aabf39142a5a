"""A list of towns and villages taken in as a whole: previewed row by row, then applied all or nothing."""

from collections import Counter
from dataclasses import dataclass

import tablib
from django.core.exceptions import ValidationError
from django.db import transaction
from import_export import fields, resources
from import_export.results import RowResult

from ledger.actions.divisions import DivisionRow, checked_name, county_kept, lock_county, parent_of, tell_city
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Staff
from ledger.models.division import Level

LEVEL_BY_LENGTH = {9: Level.TOWNSHIP, 12: Level.VILLAGE}


class DivisionResource(resources.ModelResource):
    """代码 and 名称 of one county's towns and villages."""

    code = fields.Field("code", "代码")
    name = fields.Field("name", "名称")

    class Meta:
        model = Division
        fields = ("code", "name")
        import_id_fields = ("code",)
        skip_unchanged = report_skipped = True
        skip_html_diff = True
        use_transactions = True

    def __init__(self, county: Division):
        super().__init__()
        self.county = county
        self.seen: Counter = Counter()

    def get_queryset(self):
        return Division.objects.filter(code__startswith=self.county.code, level__in=LEVEL_BY_LENGTH.values())

    def before_import_row(self, row, **kwargs):
        try:
            parent = parent_of(row["代码"], self.county)
            row["名称"] = checked_name(row["名称"])
        except Refused as refused:
            raise ValidationError(refused.message) from None
        self.seen[row["代码"]] += 1
        if self.seen[row["代码"]] > 1:
            raise ValidationError(f"代码 {row['代码']} 在文件里出现了不止一次，请只留一行。")
        if parent.ended_on and not Division.objects.filter(code=row["代码"]).exists():
            raise ValidationError(f"{parent.name}已停用，不能再添加村。")
        row["parent"] = parent

    def after_init_instance(self, instance, new, row, **kwargs):
        if new:
            instance.parent = row["parent"]
            instance.level = LEVEL_BY_LENGTH[len(row["代码"])]


@dataclass
class ImportedRow:
    """What becomes of one line: new, changed, unchanged or refused, with the sentence that says why."""

    line: int
    code: str
    name: str
    result: str
    before: str = ""
    message: str = ""


RESULTS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_SKIP: "unchanged",
    RowResult.IMPORT_TYPE_INVALID: "refused",
}


def _run(county: Division, rows: list[DivisionRow], *, dry_run: bool) -> list[ImportedRow]:
    """Towns go before their villages whatever the file's order; the answer is in the file's order."""
    rows = sorted(rows, key=lambda row: (len(row.code), row.code, row.line))
    before = dict(Division.objects.filter(code__in=[row.code for row in rows]).values_list("code", "name"))
    dataset = tablib.Dataset(*[(row.code, row.name) for row in rows], headers=["代码", "名称"])
    result = DivisionResource(county).import_data(dataset, dry_run=dry_run, rollback_on_validation_errors=True)
    if result.has_errors():
        failed = result.base_errors or [error for _, errors in result.row_errors() for error in errors]
        raise failed[0].error
    answered = []
    for row, outcome in zip(rows, result.rows, strict=True):
        message = "；".join(outcome.validation_error.messages) if outcome.validation_error else ""
        old = before.get(row.code, "")
        answered.append(ImportedRow(row.line, row.code, row.name, RESULTS[outcome.import_type], old, message))
    return sorted(answered, key=lambda row: row.line)


def preview_divisions(*, county: Division, rows: list[DivisionRow]) -> list[ImportedRow]:
    """What would become of every row; nothing is kept."""
    return _run(county, rows, dry_run=True)


@transaction.atomic
def import_divisions(*, by: Staff, rows: list[DivisionRow], county: Division | None = None, document: str = "") -> tuple[int, int]:
    """Apply the whole list to the bureau's own county, or to the one the city names with its document.

    Answers how many were new and how many changed. Raises Refused, saving nothing, when a row is refused.
    """
    county = county_kept(county or by.area, by)
    lock_county(county)
    answered = Counter(row.result for row in _run(county, rows, dry_run=False))
    if answered["refused"]:
        raise Refused(f"有 {answered['refused']} 行不能导入，一行也没有写入。请改好文件后重新导入。", "file")
    counts = {"new": answered["new"], "changed": answered["changed"]}
    record("divisions_imported", by=by, county=county, detail=counts)
    tell_city(by, county, "乡镇与村名单", f"导入：新增 {counts['new']} 个，改名 {counts['changed']} 个", document)
    return counts["new"], counts["changed"]
