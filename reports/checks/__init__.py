"""What can be told of a return before it is submitted: one file a kind of check, run together."""

from reports.checks.check import Answer, Check, unanswered
from reports.checks.keeping import kept_checks, kept_text
from reports.checks.run import run_checks

__all__ = ["Answer", "Check", "kept_checks", "kept_text", "run_checks", "unanswered"]
