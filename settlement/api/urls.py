"""Addresses of the interface for hospital systems; none ends in a slash but the two pages that describe it."""

from csp.decorators import csp_update
from django.urls import path

from settlement.api import description
from settlement.api.views.entitlements import Entitlements
from settlement.api.views.previews import Preview
from settlement.api.views.settlements import Elsewhere, OneSettlement, Reversal, Settlements

app_name = "api"
urlpatterns = [
    path("schema/", description.schema, name="schema"),
    # Its arrows and locks are pictures written into its style sheet; scripts and styles stay as strict as everywhere.
    path("docs/", csp_update({"img-src": ["data:"]})(description.Page.as_view()), name="docs"),
    path("entitlements", Entitlements.as_view(), name="entitlements"),
    path("settlements", Settlements.as_view(), name="settlements"),
    path("settlements/preview", Preview.as_view(), name="preview"),
    path("settlements/<str:key>", OneSettlement.as_view(), name="settlement"),
    path("settlements/<str:key>/reversal", Reversal.as_view(), name="reversal"),
    path("", Elsewhere.as_view(), {"rest": ""}, name="elsewhere"),
    path("<path:rest>", Elsewhere.as_view(), name="elsewhere"),
]
