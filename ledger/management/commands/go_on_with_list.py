"""The hand of ``ledger.importing.background``: started by a page for one row, not by people."""

from django.core.management.base import BaseCommand

from ledger.importing.background import go_on


class Command(BaseCommand):
    help = "由导入页面自动运行：核对或写入一份较长的名单。"
    requires_system_checks = []  # The page that starts it runs the same code.

    def add_arguments(self, parser):
        parser.add_argument("work", type=int)
        parser.add_argument("run", type=int)

    def handle(self, *args, work: int, run: int, **options):
        go_on(work, run)
