from django.urls import path

from hospitals.views import arranging, consultations, designations, directory, experts, referrals, treatment, visit_list, visits

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
    path("cases/<int:pk>/arrange/", arranging.arrange, name="arrange"),
    path("cases/<int:pk>/unable/", arranging.inability_say, name="inability-say"),
    path("unable/<int:pk>/", arranging.inability, name="inability"),
    path("cases/<int:pk>/plan/", treatment.plan, name="plan"),
    path("cases/<int:pk>/admit/", treatment.admit, name="admit"),
    path("stays/<int:pk>/discharge/", treatment.discharge, name="discharge"),
    path("cases/<int:pk>/complete/", treatment.complete, name="complete"),
    path("cases/<int:pk>/withdraw/", treatment.withdraw, name="withdraw"),
    # Sent from one hospital to another
    path("referrals/", referrals.referral_list, name="referral-list"),
    path("referrals/<int:pk>/", referrals.referral, name="referral"),
    path("referrals/<int:pk>/paper/", referrals.paper, name="referral-paper"),
    path("cases/<int:pk>/referral/", referrals.new, name="referral-new"),
    path("people/<int:person_pk>/referrals/", referrals.panel, name="referrals"),
    # Follow-up after discharge
    path("follow-ups/", visit_list.visit_list, name="follow-up-list"),
    path("follow-ups/rules/", visit_list.rules, name="follow-up-rules"),
    path("follow-ups/rules/<slug:code>/", visit_list.rule, name="follow-up-rule"),
    path("follow-ups/<int:pk>/", visits.record, name="follow-up"),
    path("follow-ups/<int:pk>/cancel/", visits.cancel, name="follow-up-cancel"),
    path("people/<int:person_pk>/follow-ups/", visits.panel, name="follow-ups"),
    path("cases/<int:pk>/follow-up/", visits.plan, name="follow-up-plan"),
    # Experts, and what they are asked
    path("experts/", experts.experts, name="experts"),
    path("experts/groups/new/", experts.group_new, name="expert-group-new"),
    path("experts/groups/<int:pk>/edit/", experts.group_edit, name="expert-group-edit"),
    path("experts/groups/<int:pk>/end/", experts.group_end, name="expert-group-end"),
    path("experts/groups/<int:pk>/members/new/", experts.expert_new, name="expert-new"),
    path("experts/<int:pk>/edit/", experts.expert_edit, name="expert-edit"),
    path("experts/<int:pk>/end/", experts.expert_end, name="expert-end"),
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/<int:pk>/", consultations.consultation, name="consultation"),
    path("consultations/<int:pk>/cancel/", consultations.cancel, name="consultation-cancel"),
    path("cases/<int:pk>/consultation/", consultations.ask, name="consultation-ask"),
    path("people/<int:person_pk>/consultations/", consultations.panel, name="consultations-of"),
]
