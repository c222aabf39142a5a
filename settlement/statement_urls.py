"""Statements between hospitals and payers, and the entitlement check."""

from django.urls import path

from settlement.views import checks, disputes, statements

app_name = "statements"
urlpatterns = [
    path("", statements.statements, name="list"),
    path("prepare/", statements.prepare, name="prepare"),
    path("<int:pk>/", statements.statement, name="statement"),
    path("<int:pk>/again/", statements.again, name="again"),
    path("<int:pk>/workbook/", statements.workbook, name="workbook"),
    path("<int:pk>/dispute/", disputes.dispute, name="dispute"),
    path("<int:pk>/<slug:step>/", statements.step, name="step"),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<int:pk>/", disputes.resolve, name="resolve"),
    path("checks/", checks.checks, name="checks"),
    path("checks/run/", checks.run, name="check-run"),
    path("checks/import/", checks.import_bills, name="check-import"),
    path("checks/template/", checks.template, name="check-template"),
    path("checks/workbook/", checks.workbook, name="check-workbook"),
    path("checks/<int:pk>/", checks.bill, name="check-bill"),
    path("checks/<int:pk>/remove/", checks.remove, name="check-remove"),
]
