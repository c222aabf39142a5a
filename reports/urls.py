"""The month's addresses; periods and counties are read here, so that a view never sees a malformed one."""

import datetime

from django.urls import path, register_converter

from reports import api
from reports.returns import first_of
from reports.views import (
    check_answers,
    check_rules,
    contacts,
    deferral,
    downloads,
    jobs,
    lists,
    messages,
    month,
    preview,
    quality,
    work_list,
    workbench,
)


class PeriodConverter:
    """2017-10 as the month's first day."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> datetime.date:
        return first_of(value)

    def to_url(self, value: datetime.date | str) -> str:
        return value if isinstance(value, str) else f"{value:%Y-%m}"


class CountyConverter:
    """A county's official code."""

    regex = "[0-9]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(PeriodConverter, "period")
register_converter(CountyConverter, "county")

app_name = "reports"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("work/", work_list.work_list, name="work-list"),
    # The month
    path("months/", month.months, name="months"),
    path("months/<period:period>/<county:code>/", month.month, name="month"),
    path("months/<period:period>/<county:code>/rebuild/", month.rebuild, name="rebuild"),
    path("months/<period:period>/<county:code>/submit/", month.submit_month, name="submit"),
    # What it is checked for
    path("checks/<period:period>/<county:code>/<slug:form>/answer/", check_answers.check_answer, name="check-answer"),
    path("check-rules/", check_rules.check_rules, name="check-rules"),
    path("check-rules/new/", check_rules.check_rule_new, name="check-rule-new"),
    path("check-rules/<int:pk>/", check_rules.check_rule_edit, name="check-rule-edit"),
    path("check-rules/<int:pk>/end/", check_rules.check_rule_end, name="check-rule-end"),
    # Its lists
    path("months/<period:period>/<county:code>/f2/", lists.f2, name="list-f2"),
    path("months/<period:period>/<county:code>/roster/", lists.roster, name="list-roster"),
    path("months/<period:period>/<county:code>/f1/<slug:group>/<slug:figure>/", lists.people, name="people"),
    # Files
    path("months/<period:period>/<county:code>/county.xlsx", downloads.county_file, name="county-workbook"),
    path("city/<period:period>.xlsx", downloads.city_file, name="city-workbook"),
    # Reminders
    path("messages/", messages.messages, name="messages"),
    path("messages/<int:pk>/", messages.message_open, name="message-open"),
    path("messages/mail/", messages.mail_address, name="mail-address"),
    path("reminders/", messages.reminders, name="reminders"),
    path("reminders/send/", messages.reminder_send, name="reminder-send"),
    # Long work
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/city/<period:period>/", jobs.job_ask, name="job-ask"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<int:pk>/file.xlsx", jobs.job_file, name="job-file"),
    # Stays without deposit, of the month before
    path("f6/", deferral.periods, name="f6-periods"),
    path("f6/<period:period>/", deferral.city_table, name="f6-city"),
    path("f6/<period:period>/city.xlsx", deferral.city_file, name="f6-city-workbook"),
    path("f6/<period:period>/<county:code>/", deferral.table, name="f6"),
    path("f6/<period:period>/<county:code>/rebuild/", deferral.rebuild, name="f6-rebuild"),
    path("f6/<period:period>/<county:code>/submit/", deferral.hand_in, name="f6-submit"),
    path("f6/<period:period>/<county:code>/f6.xlsx", deferral.county_file, name="f6-workbook"),
    # Who answers for each bureau and hospital
    path("contacts.xlsx", contacts.f4_file, name="f4-workbook"),
    # Any day
    path("preview/", preview.preview, name="preview"),
    path("preview/f1/<slug:group>/<slug:figure>/", preview.people, name="preview-people"),
    path("baseline/", preview.baseline_page, name="baseline"),
    # How well hospitals treat
    path("quality/", quality.quality, name="quality"),
    path("quality.xlsx", quality.quality_file, name="quality-workbook"),
    # For programs
    path("api/months/<period:period>/<county:code>/", api.month, name="api-month"),
]
