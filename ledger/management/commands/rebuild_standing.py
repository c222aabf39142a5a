"""``rebuild_standing``: remake the derived dated table from the facts; ``--check`` only compares."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ledger.models import Person
from ledger.standing import differences, remake


class Command(BaseCommand):
    help = "Remake the derived table behind the report figures, or compare it with the facts (--check)."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; exit status 1 when the table is wrong")

    def handle(self, *args, check: bool, **options):
        if check:
            wrong = differences()
            if wrong:
                raise CommandError("\n".join(wrong))
            self.stdout.write("统计中间表与台账一致。")
            return
        people = list(Person.objects.everywhere("rebuild").values_list("pk", flat=True))
        for start in range(0, len(people), 5000):
            with transaction.atomic():
                remake(people[start : start + 5000])
        self.stdout.write(f"已重建 {len(people)} 人的统计中间表。")
