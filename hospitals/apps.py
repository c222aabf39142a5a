from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    name = "hospitals"
    verbose_name = "定点医院"

    def ready(self) -> None:
        from hospitals.arranging import end_with_case
        from hospitals.directory import is_hospital
        from hospitals.merging import VOICES
        from hospitals.planning import cancel_with_case as end_plans
        from hospitals.referring import cancel_with_case as end_referrals
        from hospitals.visits import cancel_with_case
        from ledger.case_endings import ended_with
        from ledger.hospital_codes import answered_by
        from ledger.merging.links import spoken_for

        answered_by(is_hospital)
        ended_with(cancel_with_case)
        ended_with(end_with_case)
        ended_with(end_plans)
        ended_with(end_referrals)
        for name, voice in VOICES.items():
            spoken_for(name, voice)
