"""The settlement window."""

from django.urls import path

from settlement.views import clients

app_name = "settlement"
urlpatterns = [
    # Hospital systems at the interface
    path("clients/", clients.clients, name="clients"),
    path("clients/new/", clients.client_new, name="client-new"),
    path("clients/<int:pk>/", clients.client_edit, name="client-edit"),
    path("clients/<int:pk>/switch/", clients.client_switch, name="client-switch"),
    path("clients/<int:pk>/rotate/", clients.client_rotate, name="client-rotate"),
]
