"""The addresses, read as a table of contents."""

from django.urls import include, path

urlpatterns = []
