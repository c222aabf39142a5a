"""Policies, their versions, sign-offs and price limits."""

from django.urls import path

from settlement.views import policies, policy_edit, policy_signing, price_limits

app_name = "policies"
urlpatterns = [
    # Reading
    path("", policies.versions, name="list"),
    path("<int:pk>/", policies.version, name="version"),
    path("<int:pk>/text/", policies.text, name="text"),
    path("<int:pk>/policy.toml", policies.download, name="download"),
    path("<int:pk>/difference/", policies.difference, name="difference"),
    # Signing for assumed numbers
    path("<int:pk>/assumed/", policy_signing.assumed, name="assumed"),
    # Changing: a draft, and its publication by a second person
    path("<int:pk>/copy/", policy_edit.copy, name="copy"),
    path("upload/", policy_edit.upload, name="upload"),
    path("<int:pk>/upload/", policy_edit.upload, name="upload-draft"),
    path("<int:pk>/edit/", policy_edit.edit, name="edit"),
    path("<int:pk>/discard/", policy_edit.discard, name="discard"),
    path("<int:pk>/publish/", policy_edit.publish, name="publish"),
    # Beside the policies
    path("limits/", price_limits.limits, name="limits"),
    path("limits/<int:pk>/end/", price_limits.end, name="limit-end"),
    path("limits/<int:pk>/remove/", price_limits.remove, name="limit-remove"),
    path("levels/", price_limits.levels, name="levels"),
]
