"""One noun a file; import them from here."""

from reports.models.due import DEFERRAL, GROUPS, MONTHLY, Due, DueRule, Form
from reports.models.heartbeat import Heartbeat
from reports.models.quality_goal import QualityGoal
from reports.models.submission import Submission

__all__ = ["DEFERRAL", "GROUPS", "MONTHLY", "Due", "DueRule", "Form", "Heartbeat", "QualityGoal", "Submission"]
