"""``verify_trail``: prove that nobody changed the trail since it was sealed."""

from django.core.management.base import BaseCommand, CommandError

from ledger.actions.trail import first_broken_seal
from ledger.models import AuditEvent, AuditSeal


class Command(BaseCommand):
    help = "Recompute the trail's hash chain; exit status 1 and the row's number when it does not hold."

    def handle(self, *args, **options):
        broken = first_broken_seal()
        if broken is not None:
            raise CommandError(
                f"操作记录的封存链断了：第 {broken.event_id} 条记录（封存序号 {broken.sequence}）与封存时不一致。请保留现场并报告审计人员。"
            )
        sealed = AuditSeal.objects.count()
        unsealed = AuditEvent.objects.filter(seal=None).count()
        self.stdout.write(f"操作记录完整：已封存 {sealed} 条，待封存 {unsealed} 条。")
