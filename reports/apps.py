from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计上报"

    def ready(self) -> None:
        from hospitals.open_tasks import told_by
        from ledger.after_sign_in import seen_to_by
        from ledger.open_days import answered_by
        from reports.closed_months import first_open_day
        from reports.ensuring import at_sign_in
        from reports.handing_tasks import waiting_tasks

        answered_by(first_open_day)
        told_by(waiting_tasks)
        seen_to_by(at_sign_in)
