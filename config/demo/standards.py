"""救治标准 in the demo: the list of annex 7, invented pathways with a page each, and what became of them in the stays."""

import datetime
import hashlib
from itertools import count

from config.demo.book import Book
from config.demo.places import Places
from hospitals.models import Course, Standard, StandardKind, Stay
from hospitals.shipped_standards import load_standards
from ledger.models import Disease

FIRST_DAY = datetime.date(2017, 7, 28)
PATHWAYS = (  # (title, diseases): the titles are usual ones, the numbers and pages the demo's own.
    ("老年性白内障临床路径", ("cataract",)),
    ("终末期肾病血液透析临床路径", ("end-stage-renal-disease",)),
    ("胃癌根治手术临床路径", ("gastric-cancer",)),
    ("结直肠癌根治手术临床路径", ("colon-cancer", "rectal-cancer")),
    ("儿童先天性心脏病介入治疗临床路径", ("asd", "vsd")),
)
WHY_LEFT = ("术前检查发现合并症，先行内科治疗", "患者和家属要求改期手术", "术后感染，改用别的方案")
SILENT, LEAVES, NONE = 23, 11, 17  # Every so many-th stay: nothing said yet, the pathway left, none that applies.


def make_standards(places: Places, diseases: dict[str, Disease]) -> dict[str, Standard]:
    """The documents of annex 7 and the demo's pathways; answers the pathway of each disease."""
    load_standards(places.city, diseases)
    pathways = {}
    for number, (title, codes) in enumerate(PATHWAYS, start=1):
        content = _page(f"{title}（示范文件）")
        made = Standard.objects.create(
            prefecture=places.city, kind=StandardKind.PATHWAY, number=f"示范路径〔2017〕{number}号", title=title, issuer="示范",
            issued_on=FIRST_DAY, file_name=f"{title}.pdf", media_type="application/pdf", size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), content=content,
        )  # fmt: skip
        made.diseases.set([diseases[code] for code in codes])
        pathways |= dict.fromkeys(codes, made)
    return pathways


def tell_pathways(book: Book, pathways: dict[str, Standard]) -> None:
    """What the hospitals said of the stays that ended since the notice: most followed, some left, of a few nothing yet."""
    told = {(id(event.case), event.on): event for event in book.events if event.move == "discharged"}
    numbers = count(1)
    for stay in book.stays:
        pathway = pathways.get(stay.case.disease.code)
        if pathway is None or stay.discharged_on is None or stay.discharged_on < FIRST_DAY:
            continue
        number, discharge = next(numbers), told[id(stay.case), stay.discharged_on]
        if number % SILENT == 0:
            continue
        words = _say(stay, pathway, number)
        text = f"{stay.case.disease}住院（{stay.admitted_on} 入院）{words}"
        at = discharge.at + datetime.timedelta(seconds=20)
        book.tell(stay.case.person, "pathway_told", text, by=discharge.by, at=at, case=stay.case, reason=stay.pathway_left)


def _say(stay: Stay, pathway: Standard, number: int) -> str:
    if number % NONE == 0:
        stay.pathway_course = Course.NONE
        return "没有适用的临床路径"
    stay.pathway = pathway
    if number % LEAVES == 0:
        stay.pathway_course, stay.pathway_left = Course.LEFT, WHY_LEFT[number % len(WHY_LEFT)]
        return f"退出《{pathway.title}》"
    stay.pathway_course = Course.FOLLOWED
    return f"按《{pathway.title}》完成"


def _page(text: str) -> bytes:
    """A PDF of one page with one line; the reader's own Chinese typeface draws it."""
    line = b"BT /F1 18 Tf 72 760 Td <" + text.encode("utf-16-be").hex().encode() + b"> Tj ET"
    descriptor = b"/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(line), line),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
        b"/FontDescriptor 7 0 R/DW 1000>>",
        b"<</Type/FontDescriptor" + descriptor + b">>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + rows + end
