"""The official words of the forms, letter for letter, and the names of F1's figures. Pure."""

from collections.abc import Iterable

FIGURES = ("total", "treated", "quarter", "untreated", "civil_quarter")
LABELS = {
    "total": "总数",
    "treated": "累计救治数",
    "quarter": "本季度完成救治数",
    "untreated": "未完成救治数",
    "civil_quarter": "非建档立卡本季度完成救治数",
}
TOTAL = "合计"
NEITHER = "neither"

ROSTER_HEADINGS = ("姓名", "性别", "年龄", "主要诊断", "家庭地址", "身份证号", "城乡居民医保（农合）证号")
F2_HEADINGS = ("疾病名称", "序号", "姓名", "性别", "年龄", "籍贯", "身份证号(合医证)", "城乡居民医保建立台帐时间", "备注")


def f1_title(city: str) -> str:
    return f"{city}农村贫困人口大病专项救治工作救助进展情况统计表"


def f2_title(city: str, diseases: int) -> str:
    """Annex 2's title; the number of diseases is the year's."""
    return f"{city}经民政部门核实核准的罹患{diseases}种疾病的非建档立卡户农村特困供养人员和低保对象台账管理表"


def policy_notes(diseases: int) -> list[str]:
    """注1 and 注2 of annex 1 as the document prints them."""
    return [
        "注：1. 请附救治病人名单（含姓名、性别、年龄、主要诊断、家庭地址、身份证号、城乡居民医保（农合）证号）；",
        f"2. 非建档立卡人数指经民政部门核实核准的罹患{diseases}种疾病的非建档立卡户农村特困供养人员和低保对象。",
    ]


def notes(rows: Iterable[dict[str, int]], total: dict[str, int], neither: int) -> list[str]:
    """The sentences under F1's table: where 合计 differs from the rows' sum, and how many people stand in neither category."""
    rows = list(rows)
    less = {figure: sum(row[figure] for row in rows) - total[figure] for figure in FIGURES}
    found = []
    if any(less.values()):
        parts = "、".join(f"{LABELS[figure]}少 {gap}" for figure, gap in less.items() if gap)
        found.append(f"合计比各行之和：{parts}。患几种病的人在各行分别计一次，在合计只计一次；各行都完成治疗，合计才计为已救治。")
    found.append(f"另有 {neither} 人既不是建档立卡，也没有经民政部门核实为特困供养或低保，未计入上表。")
    return found
