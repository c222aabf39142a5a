"""``load_reference``: report groups, diseases and yearly coverage from the files beside the code."""

from django.core.management.base import BaseCommand

from ledger.models import Coverage, Disease
from ledger.reference import load_reference


class Command(BaseCommand):
    help = "Load diseases and yearly coverage; safe to run again."

    def handle(self, *args, **options):
        load_reference()
        self.stdout.write(f"病种 {Disease.objects.count()} 个，年度目录 {Coverage.objects.count()} 行。")
