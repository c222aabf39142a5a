"""One noun a file; import them from here."""

from reports.models.check import CheckAnswer, CheckRule
from reports.models.due import CONTACTS, DEFERRAL, GROUPS, MONTHLY, Due, DueRule, Form, Frequency
from reports.models.extension import Extension, OnePersonCounty
from reports.models.heartbeat import Heartbeat
from reports.models.job import Job, JobPart
from reports.models.past_day import PastDay
from reports.models.progress_goal import ProgressGoal
from reports.models.quality_goal import QualityGoal
from reports.models.remark import CellRemark
from reports.models.reminder import MailAddress, Reminder, ReminderKind
from reports.models.return_event import ReturnEvent
from reports.models.stamp import WorkbookStamp
from reports.models.submission import Submission
from reports.models.unlock import Unlock

__all__ = [
    "CONTACTS", "DEFERRAL", "GROUPS", "MONTHLY", "CellRemark", "CheckAnswer", "CheckRule", "Due", "DueRule", "Extension", "Form",
    "Frequency", "Heartbeat", "Job", "JobPart", "MailAddress", "OnePersonCounty", "PastDay", "ProgressGoal", "QualityGoal", "Reminder",
    "ReminderKind", "ReturnEvent", "Submission", "Unlock", "WorkbookStamp",
]  # fmt: skip
