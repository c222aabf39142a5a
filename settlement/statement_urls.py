"""Statements between hospitals and payers, and the entitlement check."""

app_name = "statements"
urlpatterns: list = []
