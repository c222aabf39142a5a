"""The forms about a person: one screen of registration, correction, home, categories."""

from django import forms
from django.db.models import Q

from ledger import clock
from ledger.actions.people import CaseEntry, CategoryEntry, PersonFacts
from ledger.forms import DayField, LedgerForm, NumberText, PhoneField, PlainField
from ledger.identity import IdNumberError, age_on, read_id_number, tidy
from ledger.models import Category, Disease, Division, Programme, Staff
from ledger.models.division import Level

RELATIONS = ["配偶", "父母", "子女", "兄弟姐妹", "祖父母", "其他亲属", "村干部"]
WAYS_FOUND = ["村医入户随访", "家庭医生签约", "健康体检", "医院就诊", "民政部门提供", "扶贫部门提供", "患者申报", "其他"]
NO_NUMBER = ["婴儿未上户", "户口办理中", "证件遗失待补", "其他"]
SEXES = {"男": "male", "女": "female"}
NAMED_ALIKE = 4  # How many villages of one name a sentence names.


def words(options: list[str], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((word, word) for word in options)]


def villages_in_reach(staff: Staff):
    """The villages this member of staff may register people in."""
    reach = Q(parent=staff.area) if staff.area.level == Level.TOWNSHIP else Q(parent__parent=staff.area)
    return Division.objects.in_use().filter(reach, level=Level.VILLAGE).select_related("parent").order_by("code")


def village_choices(staff: Staff, township: str = "") -> list:
    """Villages for the select: of the chosen town, or of all towns under their names."""
    groups: dict[str, list] = {}
    for village in villages_in_reach(staff):
        if not township or str(village.parent_id) == township:
            groups.setdefault(village.parent.name, []).append((village.pk, village.name))
    if township:
        return [("", "请选择"), *(pair for pairs in groups.values() for pair in pairs)]
    return [("", "请选择"), *groups.items()]


class SexField(PlainField):
    """男 or 女, as the register prints it."""

    def prepare_value(self, value):
        return {code: word for word, code in SEXES.items()}.get(value, value)

    def clean(self, value):
        text = super().clean(value)
        if text and text not in SEXES:
            raise forms.ValidationError("性别请填“男”或“女”。")
        return SEXES.get(text, "")


class PersonForm(LedgerForm):
    """Identity, home and contact. Sex and birth date fill themselves in from the ID number."""

    id_number = NumberText(label="身份证号", required=False, max_length=40)
    name = PlainField(label="姓名", max_length=60)
    sex = SexField(label="性别", required=False, max_length=2)
    born_on = DayField(label="出生日期", required=False)
    insurance_number = NumberText(label="医保（农合）证号", required=False, max_length=30)
    native_place = PlainField(label="籍贯", required=False, max_length=60)
    id_absent_reason = forms.ChoiceField(label="没有身份证号的原因", choices=words(NO_NUMBER, "有身份证号"), required=False)
    township = forms.ChoiceField(label="乡镇", required=False)
    village = forms.ChoiceField(label="行政村")
    address = PlainField(label="详细住址", max_length=120)
    household_number = NumberText(label="户编号", required=False, max_length=30)
    phone = PhoneField(label="联系电话", max_length=30)
    contact_name = PlainField(label="联系人", required=False, max_length=60)
    contact_relation = forms.ChoiceField(label="与患者关系", choices=words(RELATIONS, "请选择"), required=False)
    contact_phone = PhoneField(label="联系人电话", required=False, max_length=30)
    village_doctor = PlainField(label="乡村医生", required=False, max_length=60)
    village_doctor_phone = PhoneField(label="乡村医生电话", required=False, max_length=30)
    not_the_same = forms.BooleanField(label="我已核对，不是同一人", required=False)

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        self.identity = None
        towns = {village.parent_id: village.parent.name for village in villages_in_reach(staff)}
        self.fields["township"].choices = [("", "请选择"), *towns.items()]
        self.fields["township"].hide_optional = self.fields["sex"].hide_optional = True
        self.fields["born_on"].hide_optional = self.fields["id_number"].hide_optional = True
        chosen = self.data.get("township") or str(self.initial.get("township", "")) or (str(next(iter(towns))) if len(towns) == 1 else "")
        if len(towns) == 1:
            self.initial.setdefault("township", chosen)
        self.fields["village"].choices = village_choices(staff, chosen)

    def clean_id_number(self):
        text = self.cleaned_data["id_number"]
        if text:
            try:
                self.identity = read_id_number(text, clock.today())
            except IdNumberError as error:
                raise forms.ValidationError(str(error)) from None
        return text

    def clean(self):
        data = super().clean()
        if self.identity:
            data["sex"], data["born_on"] = self.identity.sex, self.identity.born_on
        elif "id_number" in data:
            self._clean_without_number(data)
        village = villages_in_reach(self.staff).filter(pk=data.get("village") or 0).first()
        if "village" in data and (village is None or (data.get("township") and str(village.parent_id) != data["township"])):
            self.add_error("village", "行政村不在所选乡镇，请重新选择。")
        data["village"] = village
        return data

    def _clean_without_number(self, data: dict) -> None:
        if not data.get("id_absent_reason"):
            self.add_error("id_number", "请填写身份证号；确实没有的，请在旁边选择原因。")
            return
        if "sex" in data and not data["sex"]:
            self.add_error("sex", "请填“男”或“女”。")
        if "born_on" in data and not data["born_on"]:
            self.add_error("born_on", "请填写出生日期。")
        elif data.get("born_on") and data["born_on"] > clock.today():
            self.add_error("born_on", f"出生日期 {data['born_on']} 晚于今天，请改正。")

    def facts(self) -> PersonFacts:
        data = self.cleaned_data
        return PersonFacts(
            id_number=self.identity, **{name: data[name] for name in PersonFacts.__dataclass_fields__ if name != "id_number"}
        )


def category_choices() -> list:
    return [("", "请选择"), *Category.choices]


class CategoryForm(LedgerForm):
    """One category, from a day, on a basis."""

    category = forms.TypedChoiceField(label="类别", choices=category_choices, coerce=int, empty_value=None)
    since = DayField(label="起始日期")
    basis = PlainField(label="依据", max_length=120)

    def clean_since(self):
        since = self.cleaned_data["since"]
        if since and since > clock.today():
            raise forms.ValidationError(f"起始日期 {since} 晚于今天，请改正。")
        return since

    def entry(self) -> CategoryEntry:
        return CategoryEntry(**{name: self.cleaned_data[name] for name in ("category", "since", "basis")})


class BaseCategories(forms.BaseFormSet):
    """Up to three categories; further rows that stay empty are passed over; no category twice."""

    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "empty_permitted": True}

    def clean(self):
        seen = set()
        for form in self.forms:
            category = getattr(form, "cleaned_data", {}).get("category")
            if category in seen:
                form.add_error("category", f"{Category(category).label}填了两次，请留一行。")
            elif category:
                seen.add(category)

    def entries(self) -> list[CategoryEntry]:
        return [form.entry() for form in self.forms if form.cleaned_data.get("category")]


CategoryRows = forms.formset_factory(CategoryForm, formset=BaseCategories, extra=3, max_num=3, validate_max=True)


class CaseForm(LedgerForm):
    """A disease as found: the diseases covered this year first."""

    disease = forms.ChoiceField(label="病种")
    found_on = DayField(label="发现日期")
    diagnosis_hospital = PlainField(label="确诊医院", required=False, max_length=60)
    found_how = forms.ChoiceField(label="发现途径", choices=words(WAYS_FOUND, "请选择"))
    found_by_name = PlainField(label="发现人", required=False, max_length=60)
    diagnosed_on = DayField(label="确诊日期", required=False)
    icd10 = NumberText(label="ICD-10 编码", required=False, max_length=10)
    age_is_right = forms.BooleanField(label="年龄属实，仍要登记，报负责人确认", required=False)

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        covered = Programme.of(staff.area).covered_on(clock.today())
        known = {disease.pk for disease in covered}
        others = [disease for disease in Disease.objects.all() if disease.pk not in known]
        self.fields["disease"].choices = [
            ("", "请选择"),
            (f"{clock.today().year} 年专项病种", [(disease.pk, str(disease)) for disease in covered]),
            ("非专项病种", [(disease.pk, str(disease)) for disease in others]),
        ]

    def clean_disease(self):
        return Disease.objects.get(pk=self.cleaned_data["disease"])

    def clean_found_on(self):
        found_on = self.cleaned_data["found_on"]
        if found_on and found_on > clock.today():
            raise forms.ValidationError(f"发现日期 {found_on} 晚于今天，请改正。")
        return found_on

    def check_age(self, born_on) -> None:
        """Above a children's disease's age: warn, and ask to let the lead confirm."""
        disease = self.cleaned_data.get("disease")
        if not disease or not born_on or self.cleaned_data.get("age_is_right"):
            return
        age = age_on(born_on, clock.today())
        if not disease.accepts_age(age):
            self.age_warning = True
            self.add_error("disease", f"已满 {age} 岁，超过 {disease.age_max} 岁的年龄限制。须负责人确认。")

    age_warning = False

    def entry(self) -> CaseEntry:
        return CaseEntry(**{name: self.cleaned_data[name] for name in CaseEntry.__dataclass_fields__})


class HomeForm(LedgerForm):
    """Where the person moved: any village of the prefecture."""

    village_code = PlainField(label="新的行政村", max_length=40, help_text="填“县、乡镇、村”，或 12 位代码")
    address = PlainField(label="详细住址", max_length=120)
    on = DayField(label="搬迁日期")
    reason = PlainField(label="原因", max_length=120)

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean_village_code(self):
        meant = Division.objects.villages_called(tidy(self.cleaned_data["village_code"]), self.staff.area.prefecture)
        if not meant:
            raise forms.ValidationError("没有找到这个行政村。请连县和乡镇一起填，如“某某县某某镇某某村”，或填 12 位代码。")
        if len(meant) > 1:
            named = "、".join(village.place for village in meant[:NAMED_ALIKE]) + ("等" if len(meant) > NAMED_ALIKE else "")
            raise forms.ValidationError(f"有 {len(meant)} 个行政村叫这个名字：{named}。请连县和乡镇一起填。")
        self._refuse_unsaid_county(meant[0])
        return meant[0]

    def _refuse_unsaid_county(self, village: Division) -> None:
        """Whoever moves elsewhere is out of this county's hands at once: a name that happens to be another county's village is no word for it."""
        county, typed = village.parent.parent, tidy(self.cleaned_data["village_code"])
        said = typed == village.code or county.name in typed or county.label in typed
        if county.pk != self.staff.area.county.pk and not said:
            raise forms.ValidationError(f"{village.name}在{county.label}，不在本县。搬到外县的，请连县一起填：{village.place}。")
