from django.urls import path

from hospitals.views import directory, treatment

app_name = "hospitals"
urlpatterns = [
    # The list of designated hospitals: for anyone, and inside
    path("", directory.public, name="public"),
    path("list/", directory.inside, name="list"),
    # Treatment
    path("people/<int:person_pk>/stays/", treatment.stays, name="stays"),
    path("cases/<int:pk>/plan/", treatment.plan, name="plan"),
    path("cases/<int:pk>/admit/", treatment.admit, name="admit"),
    path("stays/<int:pk>/discharge/", treatment.discharge, name="discharge"),
    path("cases/<int:pk>/complete/", treatment.complete, name="complete"),
    path("cases/<int:pk>/withdraw/", treatment.withdraw, name="withdraw"),
]
