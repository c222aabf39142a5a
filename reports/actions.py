"""The verbs of a return; import them from here: drafts are rebuilt, checked and submitted by the county, answered by the city."""

from reports.alone import allow_alone, end_alone
from reports.checking import AlreadySubmitted, check, send_back
from reports.drafting import DraftChanged, rebuild_drafts
from reports.due_keeping import make_dues
from reports.extending import ask_extension, grant_extension, refuse_extension, withdraw_extension
from reports.receiving import accept, lock, lock_all, receive, receive_all, return_it
from reports.remarks import answer_remark, answer_remarks
from reports.return_words import keep_words
from reports.submitting import submit
from reports.unlocking import agree_unlock, ask_unlock, refuse_unlock, withdraw_unlock

__all__ = [
    "AlreadySubmitted", "DraftChanged", "accept", "agree_unlock", "allow_alone", "answer_remark", "answer_remarks", "ask_extension", "ask_unlock", "check",
    "end_alone", "grant_extension", "keep_words", "lock", "lock_all", "make_dues", "rebuild_drafts", "receive", "receive_all", "refuse_extension",
    "refuse_unlock", "return_it", "send_back", "submit", "withdraw_extension", "withdraw_unlock",
]  # fmt: skip
