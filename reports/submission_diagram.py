"""The life of a return as a drawing: the transition table writes its own Mermaid text into docs/return-life.md. Pure."""

from reports.submission_moves import CORRECTED, DRAFT, RETURN_MOVES, STANDING, STATES, WHY

FILE = "docs/return-life.md"
HEAD = """# The life of a return

This page is written by `manage.py draw_return_life` from the table in `reports/submission_moves.py`; a test fails when it is stale.
A return that was sent back or unlocked stays as it is: a new revision is begun beside it, chained to it by its hash.
"""


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    words = dict(STATES)
    lines = ["stateDiagram-v2", f"    [*] --> {DRAFT}: 生成草稿"]
    lines += [f"    {state}: {word}" for state, word in words.items()]
    for step in RETURN_MOVES.values():
        reason = "，写明原因" if step.reason else ""
        lines += [f"    {source} --> {step.target}: {step.label}（{step.side.value}{reason}）" for source in step.sources]
    lines += [f"    {state} --> {DRAFT}: 开始更正，修订 +1" for state in CORRECTED]
    return "\n".join(lines)


def page() -> str:
    """The whole page: the drawing, then what each state means, who goes on and whether the city counts with it."""
    rows = ["| state | on the screen | why it is so | what comes next | the city counts with it |", "|---|---|---|---|---|"]
    for state, word in STATES:
        why, following = WHY[state]
        rows.append(f"| `{state}` | {word} | {why} | {following} | {'yes' if state in STANDING else 'no'} |")
    moves = ["| move | from | to | whose | reason |", "|---|---|---|---|---|"]
    for name, step in RETURN_MOVES.items():
        sources = ", ".join(f"`{source}`" for source in step.sources)
        moves.append(f"| `{name}` {step.label} | {sources} | `{step.target}` | {step.side.value} | {'yes' if step.reason else ''} |")
    tables = "\n".join(rows) + "\n\n" + "\n".join(moves)
    others = (
        "Besides the table: a checked return is a draft again when the ledger gives another content (`redrafted`); more time is a later\n"
        "deadline on the due, not a state; `draft` and `checked` are the county's own and may change, everything else is frozen by a trigger."
    )
    return f"{HEAD}\n```mermaid\n{diagram()}\n```\n\n{tables}\n\n{others}\n"
