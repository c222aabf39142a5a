"""先诊疗后付费: the stay's page, deposits, what is owed; names stand in the hospitals' namespace."""

from django.urls import path

from hospitals.views import deferral, deposits, owed, repaying

urlpatterns = [
    path("people/<int:person_pk>/deferrals/", deferral.panel, name="deferrals"),
    path("stays/<int:pk>/deferral/", deferral.stay_page, name="deferral"),
    path("stays/<int:pk>/deferral/record/", deferral.deferral_record, name="deferral-record"),
    path("stays/<int:pk>/deferral/paper/", deferral.agreement_paper, name="deferral-paper"),
    path("deferral/rule/", deferral.rule, name="deferral-rule"),
    # Deposits that should not have been taken
    path("deposits/", deposits.deposits, name="deposits"),
    path("stays/<int:pk>/deposits/new/", deposits.deposit_new, name="deposit-new"),
    path("deposits/<int:pk>/refund/", deposits.deposit_refund, name="deposit-refund"),
    path("deposits/<int:pk>/verify/", deposits.deposit_verify, name="deposit-verify"),
    path("deposits/<int:pk>/withdraw/", deposits.deposit_withdraw, name="deposit-withdraw"),
    # What is owed after discharge, and what came back
    path("owed/", owed.owed, name="owed"),
    path("owed/workbook/", owed.owed_sheet, name="owed-workbook"),
    path("stays/<int:pk>/owed/", repaying.owed_record, name="owed-record"),
    path("stays/<int:pk>/repayment/", repaying.repayment, name="repayment"),
    path("stays/<int:pk>/repayment/paper/", repaying.repayment_paper, name="repayment-paper"),
    path("stays/<int:pk>/repaid/new/", repaying.repaid_new, name="repaid-new"),
    path("repaid/<int:pk>/withdraw/", repaying.repaid_withdraw, name="repaid-withdraw"),
]
