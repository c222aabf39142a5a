from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    name = "hospitals"
    verbose_name = "定点医院"

    def ready(self) -> None:
        from hospitals.directory import is_hospital
        from ledger.hospital_codes import answered_by

        answered_by(is_hospital)
