"""What the demo's treatment plans say, by disease; doctors and findings are invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """The lines of a disease's plan that do not change from one patient to the next."""

    department: str
    tests: str
    findings: str
    treatment: str
    procedure: str
    drugs: str
    prognosis: str
    days: int


TUMOUR = "术后按病理分期决定是否化疗，定期复查"
COURSES = {
    "cataract": Course(
        "眼科", "裂隙灯检查、眼部 B 超、角膜内皮计数", "晶状体混浊，视力 0.1，眼压正常，眼底未见明显异常",
        "白内障超声乳化吸除联合人工晶体植入术", "超声乳化吸除联合人工晶体植入", "左氧氟沙星滴眼液，妥布霉素地塞米松滴眼液", "视力提高，一周后复查", 4,
    ),
    "end-stage-renal-disease": Course(
        "肾内科", "肾功能、电解质、血常规、双肾 B 超", "血肌酐 865 μmol/L，血钾 5.6 mmol/L，双肾缩小", "规律血液透析，每周三次；纠正贫血，控制血压",
        "动静脉内瘘成形术", "重组人促红素注射液，碳酸钙片，硝苯地平控释片", "长期透析，病情可稳定", 9,
    ),
    "gastric-cancer": Course(
        "胃肠外科", "胃镜及活检、腹部增强 CT、肿瘤标志物", "胃窦部溃疡型肿物，活检示腺癌，未见远处转移", "腹腔镜下胃癌根治术，术后辅助化疗",
        "远端胃癌根治术", "奥沙利铂，替吉奥胶囊", TUMOUR, 15,
    ),
    "oesophageal-cancer": Course(
        "胸外科", "胃镜及活检、胸部增强 CT、钡餐造影", "食管中段肿物，活检示鳞状细胞癌", "食管癌根治术，术后放疗", "胸腹腔镜联合食管癌根治术",
        "紫杉醇，顺铂", TUMOUR, 16,
    ),
    "colon-cancer": Course(
        "胃肠外科", "肠镜及活检、腹部增强 CT、肿瘤标志物", "乙状结肠肿物，活检示腺癌", "腹腔镜下结肠癌根治术，术后辅助化疗", "乙状结肠癌根治术",
        "奥沙利铂，卡培他滨片", TUMOUR, 14,
    ),
    "rectal-cancer": Course(
        "胃肠外科", "肠镜及活检、盆腔核磁共振、肿瘤标志物", "距肛门 7 厘米处肿物，活检示腺癌", "直肠癌根治术，视情况保肛；术后辅助化疗", "直肠前切除术",
        "奥沙利铂，卡培他滨片", TUMOUR, 14,
    ),
    "asd": Course(
        "心胸外科", "心脏彩超、胸片、心电图", "房间隔继发孔型缺损 12 毫米，左向右分流", "介入封堵术", "房间隔缺损封堵术", "阿司匹林肠溶片", "预后良好，术后半年复查彩超", 7,
    ),
    "vsd": Course(
        "心胸外科", "心脏彩超、胸片、心电图", "室间隔膜周部缺损 7 毫米", "体外循环下修补术", "室间隔缺损修补术", "地高辛，呋塞米片", "预后良好，术后半年复查彩超", 11,
    ),
    "all": Course(
        "血液科", "骨髓穿刺、流式细胞术、染色体检查", "原始淋巴细胞 82%，符合急性淋巴细胞白血病", "诱导缓解化疗，随后巩固和维持治疗", "鞘内注射",
        "长春新碱，柔红霉素，左旋门冬酰胺酶，地塞米松", "缓解率较高，须完成全程化疗", 28,
    ),
    "apl": Course(
        "血液科", "骨髓穿刺、融合基因检查、凝血功能", "早幼粒细胞 76%，PML-RARA 阳性", "全反式维甲酸联合亚砷酸诱导治疗", "不手术", "全反式维甲酸，亚砷酸注射液",
        "缓解率高，须按期复查融合基因", 26,
    ),
}  # fmt: skip
# Invented; a hospital's department keeps its own two.
DOCTORS = ("蒙晓峰", "覃志刚", "陆文静", "黄秋云", "韦建平", "梁海宁", "廖春生", "莫永强", "石明珠", "潘国华", "谢丽君", "罗家栋")
