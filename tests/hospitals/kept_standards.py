"""Documents and pathways of a prefecture, as tests want them: made at once, without looking into a file."""

import datetime
import hashlib

from hospitals.models import Standard
from tests.ledger.paper_files import pdf


def kept_standard(cast, *codes: str, kind: str = "document", title: str = "关于印发广西健康扶贫攻坚行动计划的通知", **fields) -> Standard:
    """One with a file, for 白内障 unless told; of 柳州市."""
    content = fields.pop("content", None) or pdf()
    fields = {"number": "桂卫发〔2017〕3号", "issuer": "自治区卫生计生委", "issued_on": datetime.date(2017, 1, 20)} | fields
    made = Standard.objects.create(
        prefecture=fields.pop("prefecture", cast.prefecture), kind=kind, title=title, file_name="通知.pdf", media_type="application/pdf",
        size=len(content), sha256=hashlib.sha256(content).hexdigest(), content=content, **fields,
    )  # fmt: skip
    made.diseases.set([cast.disease(code) for code in codes or ("cataract",)])
    return made


def kept_pathway(cast, title: str = "老年性白内障临床路径", *codes: str) -> Standard:
    return kept_standard(cast, *codes, kind="pathway", title=title, number=f"示范路径〔2017〕{Standard.objects.count() + 1}号")
