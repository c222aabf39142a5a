"""Addresses of the interface for hospital systems."""

app_name = "api"
urlpatterns: list = []
