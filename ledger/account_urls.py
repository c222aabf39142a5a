from django.urls import path

from ledger.views import account

app_name = "account"
urlpatterns = [
    path("login/", account.sign_in, name="login"),
    path("logout/", account.sign_out, name="logout"),
    path("password/", account.change_password, name="password"),
]
