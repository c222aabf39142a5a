"""The month's addresses; periods and counties are read here, so that a view never sees a malformed one."""

import datetime

from django.urls import path, register_converter

from reports import api
from reports.returns import first_of
from reports.views import (
    acts,
    asked,
    bulletin,
    calendar,
    check_answers,
    check_rules,
    city_totals,
    compare,
    contacts,
    deferral,
    differences,
    downloads,
    extension,
    f4,
    goals,
    history,
    jobs,
    lists,
    matrix,
    messages,
    month,
    months,
    preview,
    quality,
    review,
    unlock,
    words,
    work_list,
    workbench,
)
from reports.views.kinds import KINDS, ReturnKind


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


class KindConverter:
    """One of the three returns that go the same way."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> ReturnKind:
        return KINDS[value]

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(PeriodConverter, "period")
register_converter(KindConverter, "kind")
register_converter(CountyConverter, "county")

app_name = "reports"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("work/", work_list.work_list, name="work-list"),
    # The month
    path("months/", months.months, name="months"),
    path("months/<period:period>/<county:code>/", month.month, name="month"),
    # What is done to any of the three returns: the month's, F6, F4
    path("<kind:kind>/<period:period>/<county:code>/rebuild/", acts.rebuild, name="return-rebuild"),
    path("<kind:kind>/<period:period>/<county:code>/words/", words.keep, name="return-words"),
    path("<kind:kind>/<period:period>/<county:code>/check/", acts.check, name="return-check"),
    path("<kind:kind>/<period:period>/<county:code>/send-back/", acts.send_back, name="return-send-back"),
    path("<kind:kind>/<period:period>/<county:code>/submit/", acts.submit, name="return-submit"),
    path("<kind:kind>/<period:period>/<county:code>/extend/", extension.extend, name="return-extend"),
    path("<kind:kind>/<period:period>/<county:code>/unlock/", unlock.unlock_ask, name="return-unlock"),
    path("<kind:kind>/<period:period>/<county:code>/history/", history.history, name="return-history"),
    path("<kind:kind>/<period:period>/<county:code>/differences/", differences.differences, name="return-differences"),
    path("<kind:kind>/<period:period>/<county:code>/receive/", acts.take, name="return-receive"),
    path("<kind:kind>/<period:period>/<county:code>/review/", review.review, name="return-review"),
    path("<kind:kind>/<period:period>/<county:code>/accept/", acts.agree, name="return-accept"),
    path("<kind:kind>/<period:period>/<county:code>/lock/", acts.close, name="return-lock"),
    path("<kind:kind>/<period:period>/receive-all/", acts.take_all, name="return-receive-all"),
    path("<kind:kind>/<period:period>/lock-all/", acts.close_all, name="return-lock-all"),
    # What is asked for and answered
    path("asked/", asked.asked, name="asked"),
    path("asked/extension/<int:pk>/", extension.extension, name="extension"),
    path("asked/unlock/<int:pk>/", unlock.unlock, name="unlock"),
    path("asked/alone/", asked.alone, name="alone"),
    path("asked/alone/<int:pk>/end/", asked.alone_end, name="alone-end"),
    # What it is checked for
    path("checks/<period:period>/<county:code>/<slug:form>/answers/", check_answers.check_answers, name="check-answers"),
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
    # The city's sums, rates and goals
    path("city/", city_totals.totals, name="city-totals"),
    path("city/<period:period>/<slug:group>/<slug:figure>/", city_totals.figure, name="city-figure"),
    path("city/<period:period>-<slug:span>.xlsx", city_totals.period_file, name="city-period-workbook"),
    path("city/<period:period>/bulletin/", bulletin.bulletin_page, name="bulletin"),
    path("city/compare/", compare.compare_file, name="compare"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("matrix/<slug:measure>/", matrix.rate, name="rate"),
    path("goals/", goals.goals, name="goals"),
    path("goals/new/", goals.goal_new, name="goal-new"),
    path("goals/<int:pk>/", goals.goal_edit, name="goal-edit"),
    path("goals/<int:pk>/remove/", goals.goal_remove, name="goal-remove"),
    # Reminders
    path("messages/", messages.messages, name="messages"),
    path("messages/<int:pk>/", messages.message_open, name="message-open"),
    path("messages/mail/", messages.mail_address, name="mail-address"),
    path("reminders/", messages.reminders, name="reminders"),
    path("reminders/send/", messages.reminder_send, name="reminder-send"),
    # Long work
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/city/<period:period>/", jobs.job_ask, name="job-ask"),
    path("jobs/city/<period:period>-<slug:span>/", jobs.job_ask, name="job-ask-span"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<int:pk>/file.xlsx", jobs.job_file, name="job-file"),
    # Stays without deposit, of the month before
    path("f6/", deferral.periods, name="f6-periods"),
    path("f6/<period:period>/", deferral.city_table, name="f6-city"),
    path("f6/<period:period>/city.xlsx", deferral.city_file, name="f6-city-workbook"),
    path("f6/<period:period>/<county:code>/", deferral.table, name="f6"),
    path("f6/<period:period>/<county:code>/f6.xlsx", deferral.county_file, name="f6-workbook"),
    # Who answers for each bureau and hospital
    path("contacts.xlsx", contacts.f4_file, name="f4-workbook"),
    path("f4/", f4.periods, name="f4-periods"),
    path("f4/<period:period>/<county:code>/", f4.receipt, name="f4"),
    path("f4/<period:period>/<county:code>/f4.xlsx", f4.receipt_file, name="f4-return-workbook"),
    # What is due, and by which rules
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/ensure/", calendar.ensure, name="calendar-ensure"),
    path("calendar/rules/new/", calendar.rule_new, name="calendar-rule-new"),
    path("calendar/rules/<int:pk>/", calendar.rule_edit, name="calendar-rule"),
    path("calendar/rules/<int:pk>/drop/", calendar.rule_drop, name="calendar-rule-drop"),
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
