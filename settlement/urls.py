"""The settlement window."""

app_name = "settlement"
urlpatterns: list = []
