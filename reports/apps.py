from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计上报"

    def ready(self) -> None:
        from ledger.open_days import answered_by
        from reports.closed_months import first_open_day

        answered_by(first_open_day)
