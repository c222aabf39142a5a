from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = "一站式结算"

    def ready(self) -> None:
        from hospitals.estimating import estimated_by
        from hospitals.self_pay import answered_by
        from ledger.merging.links import spoken_for
        from settlement.merging import VOICE
        from settlement.plan_estimate import estimate_plan, figures_of
        from settlement.self_pay import self_pay_of

        estimated_by(estimate_plan, figures_of)
        answered_by(self_pay_of)
        spoken_for(self.name, VOICE)
