"""``draw_return_life``: writes docs/return-life.md from the table of a return's moves."""

from django.conf import settings
from django.core.management.base import BaseCommand

from reports.submission_diagram import FILE, page


class Command(BaseCommand):
    help = "Write docs/return-life.md from the table of a return's moves."
    requires_system_checks = []

    def handle(self, *args, **options):
        (settings.BASE_DIR / FILE).write_text(page(), encoding="utf-8")
        self.stdout.write(f"已写入 {FILE}。")
