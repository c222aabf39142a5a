from django.urls import path

from ledger.views import (
    accounts,
    case_export,
    case_list,
    cases,
    categories,
    divisions,
    handing_over,
    many,
    people,
    people_import,
    proofs,
    register,
    trail,
    transfers,
)

app_name = "ledger"
urlpatterns = [
    # Finding
    path("", case_list.case_list, name="case-list"),
    path("list/settings/", case_list.list_settings, name="list-settings"),
    path("list/filters/new/", case_list.filter_keep, name="filter-keep"),
    path("list/export/", case_export.case_export, name="case-export"),
    path("find/", people.find, name="find"),
    path("categories/", categories.queue, name="category-queue"),
    # Registering
    path("people/new/", register.register, name="register"),
    path("people/new/check/", register.identity_check, name="identity-check"),
    path("villages/", register.villages, name="villages"),
    # Importing a list
    path("people/import/", people_import.choose, name="people-import"),
    path("people/import/<int:pk>/", people_import.preview, name="people-import-preview"),
    path("people/import/<int:pk>/decide/", people_import.decide_row, name="people-import-decide"),
    path("people/import/<int:pk>/rest/", people_import.rest, name="people-import-rest"),
    path("people/import/<int:pk>/apply/", people_import.apply, name="people-import-apply"),
    path("people/import/<int:pk>/drop/", people_import.drop_upload, name="people-import-drop"),
    # A person
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/timeline/", people.timeline, name="timeline"),
    path("people/<int:pk>/reveal/<slug:what>/", people.reveal_number, name="reveal"),
    path("people/<int:pk>/edit/", people.edit, name="person-edit"),
    path("people/<int:pk>/move-house/", people.move, name="move-house"),
    path("people/<int:pk>/categories/new/", categories.add, name="category-add"),
    path("people/<int:pk>/enrolment/", categories.enrolment, name="enrolment"),
    path("people/<int:pk>/card/", categories.policy_card, name="policy-card"),
    path("people/<int:pk>/cases/new/", cases.case_add, name="case-add"),
    # Papers kept with a person
    path("people/<int:pk>/proofs/", proofs.proofs, name="proofs"),
    path("people/<int:pk>/proofs/new/", proofs.proof_add, name="proof-add"),
    path("people/<int:pk>/proofs/<int:number>/", proofs.proof, name="proof"),
    path("people/<int:pk>/proofs/<int:number>/withdraw/", proofs.proof_withdraw, name="proof-withdraw"),
    path("categories/<int:pk>/verify/", categories.verify, name="category-verify"),
    path("categories/<int:pk>/end/", categories.end, name="category-end"),
    path("categories/<int:pk>/out-of-poverty/", categories.out_of_poverty, name="out-of-poverty"),
    path("cases/<int:pk>/<slug:move>/", cases.case_move, name="case-move"),
    # Many at once, and from one hand into another
    path("many/", many.many, name="many"),
    path("hand-over/", handing_over.hand_over, name="hand-over"),
    # Moved from another county
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.transfer_ask, name="transfer-ask"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<int:pk>/withdraw/", transfers.transfer_withdraw, name="transfer-withdraw"),
    # Data kept by staff
    path("divisions/", divisions.divisions, name="divisions"),
    path("divisions/import/", divisions.division_import, name="division-import"),
    path("divisions/<int:pk>/end/", divisions.division_end, name="division-end"),
    # Operators and auditors
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/reset/", accounts.account_reset, name="account-reset"),
    path("accounts/<int:pk>/switch/", accounts.account_switch, name="account-switch"),
    path("trail/", trail.trail, name="trail"),
]
