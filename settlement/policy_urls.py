"""Policies, their versions, sign-offs and price limits."""

app_name = "policies"
urlpatterns: list = []
