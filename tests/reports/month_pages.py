"""What the stories of the month's pages share: a look at a page, its words and headings, and the addresses."""

import datetime
import re

from django.test import Client
from django.urls import reverse

OCTOBER = datetime.date(2017, 10, 1)
TITLE = "柳州市农村贫困人口大病专项救治工作救助进展情况统计表"
F1_HEADINGS = ["疾病主要诊断", "建档立卡人数", "非建档立卡人数", "总数", "累计救治数", "本季度完成救治数", "未完成救治数", "主要诊断", "本季度完成救治数"]  # fmt: skip
F2_HEADINGS = ["疾病名称", "序号", "姓名", "性别", "年龄", "籍贯", "身份证号(合医证)", "城乡居民医保建立台帐时间", "备注"]
F5_HEADINGS = ["地区", "合计", "儿童白血病", "儿童先天性心脏病", "食道癌", "胃癌", "结直肠癌", "终末期肾病", "白内障"]


def page_of(staff, address: str, status: int = 200):
    client = Client()
    client.force_login(staff)
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer


def text_of(html: str, tag: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found).strip() for found in re.findall(rf"<{tag}[ >].*?</{tag}>", html, re.S)]


def headings_of(answer) -> list[str]:
    head = re.search(r"<thead>.*?</thead>", answer.content.decode(), re.S)[0]
    return [re.sub(r"^[^>]*>", "", text) for text in text_of(head, "th")]


def month_address(code: str = "450222", name: str = "month") -> str:
    return reverse(f"reports:{name}", args=[OCTOBER, code])


def act(name: str, code: str = "450222") -> str:
    return reverse(f"reports:return-{name}", args=["months", OCTOBER, code])


def seen_on(answer) -> dict:
    """What the page's acts would send: each form with the hash that is shown."""
    return dict(re.findall(r'name="(seen_F\d)" value="(\w+)"', answer.content.decode()))


def said(answer) -> str:
    """The foot of the page, without its tags."""
    bar = re.search(r'<span id="why">(.*?)</span>', answer.content.decode(), re.S)[1]
    return re.sub(r"<[^>]+>", "", bar)
