"""What every return is checked for without the city's doing, in a clerk's words: the list beside the city's own rules."""

from reports.checks.jump import PEOPLE, SHARE

# Form → (what is checked, what it is when it does not hold).
CATALOGUE: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "F1、F2 月报",
        [
            ("总数 = 累计救治数 + 未完成救治数，本季度不大于累计", "须改"),
            ("合计与各行的人相符，每个数字等于它的名单人数", "须改"),
            ("F1、F2 和已救治名单是同一批人，F2 序号连续", "须改"),
            ("已救治的每例都有定点医院", "须改"),
            ("与市级按台账直接统计的数一致", "须改"),
            ("总数、累计救治数比上月少，又没有迁出、误登记或类别终止", "待说明"),
            (f"总数、累计救治数比上月增加超过 {SHARE}%，并且不少于 {PEOPLE} 人", "待说明"),
            ("没有身份证号，没有医保（农合）证号", "待说明"),
            ("类别在截止日已经终止", "待说明"),
        ],
    ),
    (
        "F6 先诊疗后付费",
        [
            ("未享受人次等于所列行数，每行都有押金金额", "须改"),
            ("每行都有未享受的原因和整改措施", "待说明"),
            ("累计享受人次不比上月少，未享受人次没有突增", "待说明"),
        ],
    ),
    ("F4 专职联系人", [("每个单位有一个联系人，留有电话或手机", "待说明")]),
]
