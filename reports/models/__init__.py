"""One noun a file; import them from here."""

from reports.models.due import Due, DueRule, Form
from reports.models.heartbeat import Heartbeat
from reports.models.submission import Submission

__all__ = ["Due", "DueRule", "Form", "Heartbeat", "Submission"]
