"""The addresses, read as a table of contents."""

from django.contrib import admin
from django.urls import include, path

from config.health import deadline, health

urlpatterns = [
    path("", include("reports.urls")),
    path("account/", include("ledger.account_urls")),
    path("ledger/", include("ledger.urls")),
    path("hospitals/", include("hospitals.urls")),
    path("settlement/", include("settlement.urls")),
    path("policies/", include("settlement.policy_urls")),
    path("statements/", include("settlement.statement_urls")),
    path("api/v1/", include("settlement.api.urls")),
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
    path("healthz/deadline", deadline, name="healthz-deadline"),
]
handler400 = "ledger.views.account.not_taken"
handler404 = "ledger.views.account.not_here"
handler500 = "ledger.views.account.gone_wrong"
