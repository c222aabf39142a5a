from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = "一站式结算"

    def ready(self) -> None:
        from ledger.merging.links import spoken_for
        from settlement.merging import VOICE

        spoken_for(self.name, VOICE)
