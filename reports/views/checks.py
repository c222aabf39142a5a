"""The panel of checks as the pages draw it; the checks themselves are ``reports.checks``."""

from dataclasses import dataclass

from reports.checks import Check, run_checks, unanswered

__all__ = ["Check", "ChecksPanel", "panel_of", "run_checks"]

SHOWN = 5


@dataclass(frozen=True)
class ChecksPanel:
    """What templates/reports/_checks.html draws: 须改, 待说明 and 已说明 one by one, then what passed.

    ``may_answer``: whoever looks may write the answers; ``advise``: whoever looks may mend what is to be mended.
    """

    told: list[Check]
    passed: list[Check]
    more: list[Check]
    may_answer: bool
    advise: bool

    @property
    def count(self) -> int:
        return len(self.told) + self.well

    @property
    def well(self) -> int:
        return len(self.passed) + len(self.more)

    @property
    def bad(self) -> int:
        return sum(check.tone == "bad" for check in self.told)

    @property
    def unanswered(self) -> int:
        return len(unanswered(self.told))

    @property
    def next_person(self) -> int | None:
        """Whom to open first, where something about people is left to mend."""
        return next((pk for check in self.told if not check.answer for _, pk in check.people if pk), None)

    @property
    def why(self) -> list[tuple[str, str]]:
        """还差 1 项须改、1 项待说明, each with its class; empty where nothing is left."""
        parts = [("bad", f"{self.bad} 项须改"), ("warn", f"{self.unanswered} 项待说明")]
        return [part for part, number in zip(parts, (self.bad, self.unanswered), strict=True) if number]


def panel_of(checks: list[Check], *, may_answer: bool, advise: bool) -> ChecksPanel:
    """The findings of ``run_checks``, in its order."""
    well = [check for check in checks if check.tone == "ok"]
    shown = SHOWN if len(well) > SHOWN + 1 else len(well)  # A line that hides a single one saves nothing.
    return ChecksPanel([check for check in checks if check.tone != "ok"], well[:shown], well[shown:], may_answer, advise)
