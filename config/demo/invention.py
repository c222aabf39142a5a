"""Invents names and numbers: like real ones in form, nobody's in fact."""

import datetime
from random import Random

from ledger.identity import check_digit

SURNAMES = (
    "韦 覃 莫 梁 黄 蓝 廖 潘 陆 卢 石 罗 韦 覃 黄 梁 莫 杨 吴 龙 荣 贾 侯 周 谭 何 邓 蒙 兰 欧 农 班 岑 玉 甘 谢 陈 李 刘 张 唐 曾 银 贲"
)
MEN = (
    "福生 永福 志强 德才 家旺 冬生 国良 明亮 少华 春生 建业 金水 桂林 文辉 世昌 启荣 有财 运来 顺宝 长庚 木生 水旺 贵生 庆丰 日光 树根 广田 炳南 耀宗 忠诚 老三 胜利 善宝 庭芳 龙生 绍林 正明 万福 "
    "桂生 大贵 进田 新发 安平 江山 立春 全保 有德 细弟 开全 秋生"
)
WOMEN = (
    "桂兰 美珍 秋菊 月娥 玉莲 秀英 水莲 小满 凤姣 彩云 桂花 玉秀 金凤 春梅 翠莲 兰芳 美英 月秀 妹香 桂香 素芳 银花 莲英 玉兰 爱莲 凤英 秀兰 彩凤 四妹 小妹 桂英 青莲 丽珍 荣花 翠芳 五妹 雪梅 香莲 "
    "月圆 美兰 玉珍 冬梅 喜莲 艳红 连香 秋莲 艳芬 八妹 凤莲 爱花"
)
BOYS = "小禾 子轩 家乐 文博 俊杰 浩然 志远 天佑 思源 星宇 小宝 乐乐 梓豪 宇航 启明 家豪"
GIRLS = "小雨 欣怡 雨桐 思琪 佳怡 梦瑶 紫涵 小月 诗涵 可馨 婷婷 乐怡 梓萱 静怡 小荷 雅琪"
STAFF = (
    "晓岚 建国 静仪 启明 素梅 志远 文洁 海燕 立新 丽华 振宇 雪芳 国栋 春燕 伟民 小玲 家明 敏 强 莉 健 蕾 勇 洁 俊峰 慧敏 永健 玉婷 宏伟 冬妮 鹏飞 秋萍 志刚 美玲 晓东 丽萍 世杰 艳玲 "
    "子安 婉清 一鸣 思远 若兰 景行 书林 云飞 青 楠 彬 珊 越 璐"
)


class Invention:
    """Draws from one random source; never gives the same ID number, phone number or staff name twice."""

    def __init__(self, rng: Random):
        self.rng = rng
        self._taken: set[str] = set()

    def name(self, sex: str, age: int, surname: str = "") -> str:
        if age <= 14:
            given = BOYS if sex == "male" else GIRLS
        else:
            given = MEN if sex == "male" else WOMEN
        return (surname or self.rng.choice(SURNAMES.split())) + self.rng.choice(given.split())

    def husbands_surname(self, wife: str) -> str:
        """Another surname than the wife's, from a source of its own: asking for it moves nothing else in the demo."""
        return Random(wife).choice([surname for surname in SURNAMES.split() if surname != wife[0]])

    def staff_name(self) -> str:
        return self._once(lambda: self.rng.choice(SURNAMES.split()) + self.rng.choice(STAFF.split()))

    def born(self, ages: tuple[int, int], day: datetime.date) -> datetime.date:
        """A birth date that gives an age within the bounds on that day."""
        youngest, oldest = day.replace(year=day.year - ages[0]), day.replace(year=day.year - ages[1] - 1)
        return youngest - datetime.timedelta(days=self.rng.randint(1, max((youngest - oldest).days - 2, 1)))

    def id_number(self, county_code: str, born_on: datetime.date, sex: str) -> str:
        """18 digits with a right check digit; the serial number begins with 9, which registrars hardly reach."""

        def draw() -> str:
            serial = 900 + 2 * self.rng.randint(0, 49) + (sex == "male")
            body = f"{county_code}{born_on:%Y%m%d}{serial}"
            return body + check_digit(body)

        return self._once(draw)

    def mobile(self) -> str:
        return self._once(lambda: f"1390772{self.rng.randint(0, 9999):04d}")

    def _once(self, draw) -> str:
        """Draw until something new comes; the pools are several times larger than what the demo asks for."""
        while (found := draw()) in self._taken:
            pass
        self._taken.add(found)
        return found
