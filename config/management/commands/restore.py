"""``restore FILE``: a backup back into the database, and proof that everything came."""

from pathlib import Path

from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection

from config.backup.archive import DUMP, is_sealed, open_archive
from config.backup.contents import KEYS, in_words, key_marks, require_keys_open_it, row_counts, unknown_here
from config.backup.database import bring_in, is_empty, others_connected
from config.trial.processes import end_on_signals
from ledger.actions.refusals import Refused
from ledger.actions.trail import record


class Command(BaseCommand):
    help = "把备份恢复到空的数据库里，再核对每张表的行数、操作记录和统计中间表。库里有数据时要加 --replace。"
    requires_system_checks = []  # The migration it runs makes them.

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="备份文件")
        parser.add_argument("--replace", action="store_true", help="用备份换掉库里现有的全部数据")

    def handle(self, *args, file: Path, replace: bool, **options):
        end_on_signals()
        try:
            self._restore(file, replace)
        except Refused as refused:
            self.stderr.write(refused.message)
            raise SystemExit(1) from None

    def _restore(self, file: Path, replace: bool) -> None:
        with open_archive(file) as (manifest, archive):
            self._require_fitting(manifest)
            self._require_room(replace)
            self.stdout.write(f"备份完整，{manifest['made_at'][:16].replace('T', ' ')} 所做。正在恢复……")
            with archive.open(DUMP) as dump:
                bring_in(dump)
        self._prove(manifest)
        record("backup_restored", by=None, detail={"file": file.name, "sha256": manifest["dump_sha256"]})
        self.stdout.write(f"已恢复：{in_words(manifest['rows'])}；{len(manifest['rows'])} 张表的行数和备份时一致。")

    def _require_fitting(self, manifest: dict) -> None:
        """The keys are the ones it was made with, nobody wrote into what it says of itself, and this code knows its schema."""
        mine = key_marks()
        wrong = [name for name in KEYS if manifest["keys"][name] != mine[name]]
        if wrong:
            raise Refused(
                f"{'、'.join(wrong)} 不是做这份备份时用的钥匙，恢复了也打不开证号。请把当时的钥匙写进环境，再恢复。数据库没有动过。"
            )
        if not is_sealed(manifest):
            raise Refused("这份备份的说明被改动过，不能恢复。请换一份备份。数据库没有动过。")
        if newer := unknown_here(manifest["schema"]):
            raise Refused(f"这份备份由较新的版本所做（例如 {newer[-1]}）。请先升级系统，再恢复。数据库没有动过。")

    def _require_room(self, replace: bool) -> None:
        if not is_empty() and not replace:
            raise Refused("数据库里已经有表，没有恢复。确实要用备份换掉现有的全部数据，请在命令后面加 --replace。")
        if others := others_connected():
            raise Refused(
                f"还有 {others} 个连接在用这个数据库，没有恢复。请先停止网页服务、后台任务和定时任务"
                "（docker compose stop web worker beat，或 systemctl stop dabing-ledger.target），再运行一次。"
            )

    def _prove(self, manifest: dict) -> None:
        """Compare what came with what was there; then bring the schema and the rights up to date, and check what is checked daily."""
        now = row_counts(connection)
        differing = [
            f"{name} 应有 {rows} 行，现有 {now.get(name, 0)} 行" for name, rows in manifest["rows"].items() if now.get(name) != rows
        ]
        if differing:
            raise Refused(f"恢复后的行数和备份时不一致：{'；'.join(differing)}。请保留现场。")
        call_command("migrate", verbosity=0, interactive=False)
        require_keys_open_it()
        try:
            call_command("verify_trail", stdout=self.stdout)
            call_command("rebuild_standing", check=True, stdout=self.stdout)
        except CommandError as error:
            raise Refused(f"数据已经恢复，但核对没有通过：\n{error}") from None
