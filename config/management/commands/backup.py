"""``backup FILE``: the whole ledger in one file, as it is at one moment, while people go on working."""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.backup.archive import write_archive
from config.backup.contents import in_words, key_marks
from config.backup.database import dump, moment, state
from config.trial.processes import end_on_signals
from ledger.actions.refusals import Refused
from ledger.actions.trail import record


class Command(BaseCommand):
    help = "把整个台账备份成一个文件（只有属主能读）。写文件夹时按时间取名；不覆盖已有的备份。钥匙不在备份里，要另外保存。"
    requires_system_checks = []  # A backup is made whatever else is wrong.

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="备份文件，或放备份的文件夹")

    def handle(self, *args, file: Path, **options):
        end_on_signals()
        at = timezone.localtime()
        path = file / f"ledger-{at:%Y%m%d-%H%M%S}.backup" if file.is_dir() else file
        try:
            with moment() as snapshot:
                manifest = {"made_at": at.isoformat(timespec="seconds"), "keys": key_marks(), **state()}
                made = write_archive(path.absolute(), manifest, lambda to: dump(to, snapshot))
        except Refused as refused:
            self.stderr.write(refused.message)
            raise SystemExit(1) from None
        record("backup_made", by=None, detail={"file": made.path.name, "sha256": made.manifest["dump_sha256"]})
        self.stdout.write(f"已备份到 {made.path}（{made.size / 1024 / 1024:.1f} MB）：{in_words(made.manifest['rows'])}。")
        self.stdout.write("钥匙（LEDGER_DATA_KEY、LEDGER_HASH_KEY）不在备份里，请另外保存；没有钥匙，这份备份谁也恢复不了。")
