"""A list of people brought in from the command line: the same preview and the same import as the page."""

import datetime
import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.importing import uploads
from ledger.importing.layouts import LAYOUTS
from ledger.models import Category, Staff
from ledger.models.upload import IMPORTERS, OPEN, Upload

WHY_NOT = {FileNotFoundError: "没有这个文件", IsADirectoryError: "这是文件夹", PermissionError: "没有读取的权限"}
CATEGORIES = {"低保": Category.DIBAO, "特困": Category.TEKUN, "特困供养": Category.TEKUN}


class Command(BaseCommand):
    help = "逐行预览一份名单（附件 2 或建档立卡名册），加 --apply 写入台账。有拒收的行时退出码为 1，文件读不出来时为 2。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx 或 .csv 文件")
        parser.add_argument("--layout", required=True, choices=sorted(LAYOUTS), help="f2：附件 2；roster：建档立卡名册")
        parser.add_argument("--county", required=True, metavar="CODE", help="六位县代码，例如 450222")
        parser.add_argument("--as", required=True, dest="username", metavar="USERNAME", help="以哪个账号导入")
        parser.add_argument("--apply", action="store_true", help="写入能写入的行；不加只预览")
        parser.add_argument("--whole", action="store_true", help="和 --apply 一起：有一行不能写入就一行也不写")
        parser.add_argument("--category", choices=sorted(CATEGORIES), default="低保", help="备注没有写明时的人员类别")
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="名单日期，默认今天")
        parser.add_argument("--json", action="store_true", help="以 JSON 写出结果")

    def handle(self, *args, file: Path, layout: str, category: str, **options):
        try:
            asked = {
                "by": self._staff(options["username"], options["county"]), "name": file.name, "content": self._content(file),
                "layout": layout, "category": CATEGORIES[category], "since": self._since(options["since"]), "whole": options["whole"],
            }  # fmt: skip
            upload, kept_out = uploads.import_file(**asked) if options["apply"] else (uploads.preview_file(**asked), "")
        except Refused as refused:
            self.stderr.write(refused.message)
            sys.exit(2)
        if kept_out:
            self.stderr.write(kept_out)
        told = self._told(upload)
        self._write(told, upload, json_wanted=options["json"])
        if upload.state == OPEN:
            uploads.drop(by=upload.staff, upload=upload)
        if told["refused"] or kept_out:
            sys.exit(1)

    def _staff(self, username: str, county: str) -> Staff:
        staff = Staff.objects.select_related("area__parent__parent").filter(username=username, is_active=True).first()
        if staff is None:
            raise Refused(f"没有在用的账号“{username}”。")
        if staff.role not in IMPORTERS:
            raise Refused(f"账号“{username}”的角色是{staff.get_role_display()}，不能导入名单。")
        if staff.area.county is None or staff.area.county.code != county:
            raise Refused(f"账号“{username}”管辖{staff.area.label}，不是代码为“{county}”的县。")
        return staff

    def _content(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            why = WHY_NOT.get(type(error), "打不开")
            raise Refused(f"读不到文件 {file}（{why}）。请核对后再试。") from None

    def _since(self, text: str | None) -> datetime.date | None:
        try:
            since = datetime.date.fromisoformat(text) if text else None
        except ValueError:
            raise Refused(f"名单日期写成 2017-10-20 这样，现在是“{text}”。") from None
        if since and since > clock.today():
            raise Refused(f"名单日期 {since} 晚于今天，请改正。")
        return since

    def _told(self, upload: Upload) -> dict:
        """The counts as the preview judged them; a line refused while writing counts as refused."""
        rows, late = uploads.rows_of(upload), upload.outcome.get("refused", {})
        counts = dict.fromkeys(("new", "changed", "unchanged", "refused", "doubtful"), 0)
        messages = []
        for row in rows:
            counts["refused" if str(row.line) in late else row.result] += 1
            messages += [{"row": row.line, "column": heading, "message": sentence} for _, heading, sentence in row.told]
            if str(row.line) in late:
                messages.append({"row": row.line, "column": "", "message": late[str(row.line)]})
        return {"rows": len(rows), **counts, "messages": messages}

    def _write(self, told: dict, upload: Upload, *, json_wanted: bool) -> None:
        if json_wanted:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for one in told["messages"]:
            self.stdout.write(f"第 {one['row']} 行　{one['column']}　{one['message']}")
        for notice in uploads.list_of(upload).notices:
            self.stdout.write(notice)
        words = {"new": "新增", "changed": "变更", "unchanged": "无变化", "refused": "拒收", "doubtful": "存疑"}
        counts = "、".join(f"{word} {told[key]}" for key, word in words.items())
        category = f"（备注没写类别的按{Category(upload.category).label}）" if upload.layout == "f2" else ""
        self.stdout.write(f"读到 {told['rows']} 行{category}：{counts}。" + ("已写入台账。" if upload.outcome else "没有写入台账。"))
