"""大写: an amount in capital characters, as banknotes of settlement must carry it so that nobody can add a stroke."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
HIGHEST = 10 ** (4 * len(GROUPS)) * 100


def capitals(fen: int) -> str:
    """捌仟肆佰壹拾肆元柒角贰分.

    正确填写票据和结算凭证的基本规定 on 中文大写金额: 整 after whole yuan, none after 分 (after 角 it may stand or not; here it does not);
    zeros between figures are one 零; where 角 is zero and 分 is not, 元零…分.
    Raises ValueError below zero and from a million million yuan (万亿) on.
    """
    if not 0 <= fen < HIGHEST:
        raise ValueError(f"{fen} fen cannot be written in capitals")
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    said = f"{_whole(whole)}元" if whole else ""
    if not rest:
        return f"{said or '零元'}整"
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif said:
        said += "零"
    return said + (f"{DIGITS[cents]}分" if cents else "")


def _whole(number: int) -> str:
    """The yuan, four digits a group; a run of zeros between two figures is one 零, one before 万 or 元 none."""
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        # 零 joins what is above to a group that does not fill its thousands, or that follows an empty one.
        gap = said and (group < 1000 or not groups[place + 1])
        said += ("零" if gap else "") + _group(group) + GROUPS[place]
    return said


def _group(number: int) -> str:
    said, skipped = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            skipped = bool(said)
            continue
        said += ("零" if skipped else "") + DIGITS[digit] + PLACES[place]
        skipped = False
    return said
