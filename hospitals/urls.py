from django.urls import path

from hospitals.views import designations, directory, treatment, visit_list, visits

app_name = "hospitals"
urlpatterns = [
    # The list of designated hospitals: for anyone, and inside
    path("", directory.public, name="public"),
    path("list/", directory.inside, name="list"),
    # Hospitals and designations, as the city keeps them
    path("designations/", designations.designations, name="designations"),
    path("designations/copy/", designations.designations_copy, name="designations-copy"),
    path("designations/<int:pk>/end/", designations.designation_end, name="designation-end"),
    path("kept/", designations.hospitals, name="kept"),
    path("kept/new/", designations.hospital_new, name="hospital-new"),
    path("kept/<int:pk>/edit/", designations.hospital_edit, name="hospital-edit"),
    path("kept/<int:pk>/close/", designations.hospital_close, name="hospital-close"),
    # Treatment
    path("people/<int:person_pk>/stays/", treatment.stays, name="stays"),
    path("cases/<int:pk>/plan/", treatment.plan, name="plan"),
    path("cases/<int:pk>/admit/", treatment.admit, name="admit"),
    path("stays/<int:pk>/discharge/", treatment.discharge, name="discharge"),
    path("cases/<int:pk>/complete/", treatment.complete, name="complete"),
    path("cases/<int:pk>/withdraw/", treatment.withdraw, name="withdraw"),
    # Follow-up after discharge
    path("follow-ups/", visit_list.visit_list, name="follow-up-list"),
    path("follow-ups/rules/", visit_list.rules, name="follow-up-rules"),
    path("follow-ups/rules/<slug:code>/", visit_list.rule, name="follow-up-rule"),
    path("follow-ups/<int:pk>/", visits.record, name="follow-up"),
    path("follow-ups/<int:pk>/cancel/", visits.cancel, name="follow-up-cancel"),
    path("people/<int:person_pk>/follow-ups/", visits.panel, name="follow-ups"),
    path("cases/<int:pk>/follow-up/", visits.plan, name="follow-up-plan"),
]
