"""The addresses, read as a table of contents."""


urlpatterns = []
