"""How a figure is named for a check: ``F1|白内障|treated``, of the period before ``last|F1|白内障|treated``; its value and its words. Pure."""

from dataclasses import dataclass

from reports.forms.wording import LABELS, NEITHER, TOTAL

LAST = "last|"
OWN = "本县"  # The row of what a form says of the whole county.
COLUMNS: dict[str, dict[str, str]] = {
    "F1": LABELS | {NEITHER: "两类都不属于的人数", "roster": "已救治名单人数"},
    "F2": {"rows": "行数", "people": "人数"},
    "F4": {"rows": "已有联系人的单位数", "missing": "没有联系人的单位数"},
    "F6": {"served": "累计享受人次", "violations": "未享受人次"},
}


@dataclass(frozen=True)
class Figure:
    """One figure of this period or the one before."""

    form: str
    row: str
    column: str
    last: bool = False

    @classmethod
    def named(cls, name: str) -> "Figure":
        """Raises ValueError for what is not a figure's name."""
        last, name = name.startswith(LAST), name.removeprefix(LAST)
        form, _, rest = name.partition("|")
        row, _, column = rest.rpartition("|")
        if not row or column not in COLUMNS.get(form, {}) or (row != OWN and form not in ("F1", "F2")):
            raise ValueError(f"not a figure: {name!r}")
        return cls(form, row, column, last)

    @property
    def name(self) -> str:
        return f"{LAST if self.last else ''}{self.form}|{self.row}|{self.column}"

    @property
    def words(self) -> str:
        """上期 F1 白内障累计救治数."""
        row = "" if self.row == OWN else self.row
        return f"{'上期 ' if self.last else ''}{self.form} {row}{COLUMNS[self.form][self.column]}"

    def value(self, now: dict[str, dict], before: dict[str, dict]) -> int | None:
        """What it says; None where there is no such return, or the return has no such row. ``now`` and ``before``: figures by form."""
        kept = (before if self.last else now).get(self.form)
        if kept is None:
            return None
        if self.form == "F1" and self.row != OWN:
            rows = {row["name"]: row for row in kept["rows"]} | {TOTAL: kept["total"]}
            return rows.get(self.row, {}).get(self.column)
        if self.row != OWN:
            return kept["diseases"].get(self.row, 0) if "diseases" in kept else None
        return kept.get(self.column)


def figure_choices(groups: list[str], diseases: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every figure a rule may compare, in groups: (F1 白内障, [(name, words), …]), …; F1 by report group, F2 by disease."""
    found = [(f"F1 {row}", [_choice("F1", row, key) for key in LABELS]) for row in (*groups, TOTAL)]
    for form, columns in COLUMNS.items():
        rows = [_choice(form, OWN, key) for key in columns if key not in LABELS]
        if form == "F2":
            rows += [_choice(form, disease, "people") for disease in diseases]
        found.append((f"{form} 全县", rows))
    return found


def _choice(form: str, row: str, column: str) -> tuple[str, str]:
    figure = Figure(form, row, column)
    return figure.name, figure.words
