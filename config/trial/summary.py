"""What the demo prints when all is ready: the workbooks, the address and who may log in."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

SHOWN_COUNTY = "450222"


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(rows: Sequence[Sequence[str]]) -> str:
    """The rows with their columns in line, two blanks before each row."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  " + "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def chosen(accounts: Sequence) -> list:
    """Two accounts of each role, those of the shown county first."""
    ordered = sorted(accounts, key=lambda account: f"-{SHOWN_COUNTY}-" not in account.username)
    seen: dict[str, list] = {}
    for account in ordered:
        seen.setdefault(account.role, []).append(account)
    return [account for role in dict.fromkeys(account.role for account in accounts) for account in seen[role][:2]]


def shown_path(path: Path) -> str:
    """Relative to where the user stands, when that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def summary(*, workbooks: Sequence[tuple[str, Path]], address: str, accounts: Sequence, password: str, password_file: Path) -> str:
    some = chosen(accounts)
    return "\n".join(
        [
            "",
            "工作簿已生成：",
            table([(name, shown_path(path)) for name, path in workbooks]),
            "",
            f"账号（共 {len(accounts)} 个，这里每种角色列两个）：",
            table([("用户名", "角色", "管辖范围"), *[(account.username, account.role_label, account.place) for account in some]]),
            "  县级账号的用户名是“角色-县代码-序号”，换成别的县代码即可，例如 clerk-450223-1、lead-450226-2。",
            "",
            f"口令：{password}（所有示范账号相同，保存在 {shown_path(password_file)}）",
            f"地址：{address}",
        ]
    )
