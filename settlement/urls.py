"""The settlement window."""

from django.urls import path

from settlement.views import benefit, bill_import, bills, clients, found, order, plan_estimate, records, reversal, sheets

app_name = "settlement"
urlpatterns = [
    # Before admission
    path("benefit/", benefit.benefit, name="benefit"),
    path("benefit/<slug:token>/", benefit.benefit_of, name="benefit-of"),
    path("plans/<int:pk>/estimate/", plan_estimate.plan_estimate, name="plan-estimate"),
    # A bill: whose, what, what it comes to, settled; the token is a draft of this session
    path("bills/", bills.bill, name="bill"),
    path("bills/<slug:token>/", bills.bill_of, name="bill-of"),
    path("bills/<slug:token>/preview/", bills.preview, name="preview"),
    path("bills/<slug:token>/calculation/", bills.preview_sheet, name="preview-sheet"),
    path("bills/<slug:token>/confirm/", bills.confirm, name="confirm"),
    path("bills/<slug:token>/case/", found.found_case, name="found-case"),
    # Many bills in a file
    path("import/", bill_import.bill_import, name="bill-import"),
    path("import/template/", bill_import.bill_import_template, name="bill-import-template"),
    path("import/rest/", bill_import.bill_import_rest, name="bill-import-rest"),
    # What has been settled
    path("records/", records.records, name="records"),
    path("records/<int:pk>/", records.record, name="record"),
    path("people/<int:person_pk>/", records.of_person, name="of-person"),
    path("people/<int:person_pk>/window/", bills.at_window, name="at-window"),
    # On paper
    path("records/<int:pk>/calculation/", sheets.calculation_sheet, name="calculation-sheet"),
    path("records/<int:pk>/sheet/", sheets.settlement_sheet, name="settlement-sheet"),
    # Undone, and settled anew in order
    path("records/<int:pk>/reverse/", reversal.reverse, name="reverse"),
    path("records/<int:pk>/again/", reversal.again, name="again"),
    path("order/", order.order, name="order"),
    # Hospital systems at the interface
    path("clients/", clients.clients, name="clients"),
    path("clients/new/", clients.client_new, name="client-new"),
    path("clients/<int:pk>/", clients.client_edit, name="client-edit"),
    path("clients/<int:pk>/switch/", clients.client_switch, name="client-switch"),
    path("clients/<int:pk>/rotate/", clients.client_rotate, name="client-rotate"),
]
