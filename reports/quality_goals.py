"""What quality is measured by, as figures: from the prefecture's own goal, or unmeasured where it has set none."""

from dataclasses import dataclass
from fractions import Fraction

from reports.models import QualityGoal

USUAL_DAYS = 30  # Days within which a new stay is a return, where no document says another number.


@dataclass(frozen=True)
class Goal:
    """``share`` None: the catalogue's share is shown, and not judged."""

    share: Fraction | None
    within: int
    document: str

    @classmethod
    def of(cls, row: QualityGoal | None) -> "Goal":
        return cls(Fraction(row.catalogue_share), row.readmission_days, row.document) if row else cls(None, USUAL_DAYS, "")

    @property
    def share_words(self) -> str:
        """95%"""
        if self.share is None:
            return ""
        percent = self.share * 100
        return f"{percent.numerator}%" if percent.denominator == 1 else f"{float(percent):g}%"

    def notes(self) -> list[str]:
        """The lines under the table: how each figure is counted."""
        judged = f"，目标不低于 {self.share_words}（{self.document}）" if self.share else "；本市还没有录入目标"
        return [
            "出院人次按出院日期计入当月。平均等候：首次住院从核实到入院的天数，核实以前已入院的记 0 天。",
            "平均费用只计已结算的住院。与限额比、与方案比：有限额、有方案估算的住院，实际费用之和除以限额、估算之和。",
            f"平均住院日：当天入出院记 1 天。目录内药品费占比：目录内药品费除以全部药品费，只舍不入{judged}；没有药品费的不适用。",
            f"{self.within} 天内再入院：同一病例出院后 {self.within} 天内再次住院；当天转往别的医院的、长期治疗的不算。",
        ]
