"""双向转诊: a patient sent up, down or outside the network, asked by one hospital and answered by the other."""

from django.db import models

from ledger.models.reach import reach
from ledger.models.staff import Role
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet


class Direction(models.TextChoices):
    UP = "up", "上转"
    DOWN = "down", "下转"
    OUTSIDE = "outside", "转往网外"


class ReferralState(models.TextChoices):
    REQUESTED = "requested", "待接收"
    ACCEPTED = "accepted", "已接收"
    REFUSED = "refused", "不接收"
    ON_THE_WAY = "on_the_way", "转送中"
    ARRIVED = "arrived", "已到院"
    FINISHED = "finished", "已完成"
    CANCELLED = "cancelled", "已取消"


OPEN_REFERRALS = (ReferralState.REQUESTED, ReferralState.ACCEPTED, ReferralState.ON_THE_WAY, ReferralState.ARRIVED)


class ReferralQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        if staff.role == Role.LIAISON:
            seen = models.Q(from_hospital__code=staff.hospital_code) | models.Q(to_hospital__code=staff.hospital_code)
        else:
            seen = reach(staff, county="case__county", township="case__township")
            if staff.role in (Role.CLERK, Role.LEAD):  # The bureaus of both hospitals watch that nobody is left on the way.
                seen |= models.Q(from_hospital__county=staff.area_id) | models.Q(to_hospital__county=staff.area_id)
        return seen & models.Q(case__folded_into=None)

    def open(self) -> "ReferralQuerySet":
        """Asked for and not ended yet."""
        return self.filter(state__in=OPEN_REFERRALS)


class Referral(models.Model):
    """One referral. ``to_name`` is a hospital outside the network, which has no liaison here; then ``to_hospital`` is empty.

    Leaving the pooling area asks for the insurance office's approval; its number is what the settlement calls the referral's, and holds
    for admissions from ``valid_from`` to ``valid_until``. An empty ``family_name`` says that there is no family.
    """

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="referrals", verbose_name="患者")
    case = models.ForeignKey("ledger.Case", models.PROTECT, related_name="referrals", verbose_name="病例")
    direction = models.CharField("方向", max_length=8, choices=Direction.choices)
    state = models.CharField("状态", max_length=12, choices=ReferralState.choices, default=ReferralState.REQUESTED)
    from_hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="referrals_from", verbose_name="转出医院")
    to_hospital = models.ForeignKey(
        "hospitals.Hospital", models.PROTECT, null=True, blank=True, related_name="referrals_to", verbose_name="转入医院"
    )
    to_name = models.CharField("网外医院", max_length=60, blank=True)
    reason = models.CharField("转诊原因", max_length=200)
    condition = models.CharField("病情介绍", max_length=500)
    treated_so_far = models.CharField("已做的检查和治疗", max_length=500, blank=True)
    head_of_department = models.CharField("同意转诊的科室主任", max_length=40)
    patient_agreed = models.BooleanField("患者同意")
    family_name = models.CharField("同意的家属", max_length=40, blank=True)
    family_relation = models.CharField("与患者关系", max_length=20, blank=True)
    doctor = models.CharField("主治医生", max_length=40)
    doctor_phone = SealedField("主治医生联系电话", blank=True, default="")
    emergency = models.BooleanField("病情危急，先转后补批", default=False)
    leaves_area = models.BooleanField("转往统筹区外", default=False)
    approval_number = models.CharField("转诊批准号", max_length=40, blank=True)
    approved_on = models.DateField("医保批准日期", null=True, blank=True)
    approved_in = models.ForeignKey(
        "ledger.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准的县（区）"
    )
    valid_from = models.DateField("批准起始日", null=True, blank=True)
    valid_until = models.DateField("批准截止日", null=True, blank=True)
    approved_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="医保经办人")
    approval_refused = models.CharField("医保不批准的原因", max_length=200, blank=True)
    requested_at = models.DateTimeField("申请时间")
    requested_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="申请人")
    moved_at = models.DateTimeField("最近一步时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转诊"
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state__in=["requested", "accepted", "on_the_way", "arrived"]),
                name="one_open_referral_a_patient",
            ),
            models.CheckConstraint(
                condition=models.Q(to_hospital=None) & ~models.Q(to_name="") | models.Q(to_hospital__isnull=False, to_name=""),
                name="referred_to_one_place",
            ),
            models.CheckConstraint(
                condition=models.Q(to_hospital=None) | ~models.Q(to_hospital=models.F("from_hospital")), name="referred_elsewhere"
            ),
            models.UniqueConstraint(
                fields=["approved_in", "approval_number"], condition=~models.Q(approval_number=""), name="referral_approved_once"
            ),
            models.CheckConstraint(
                condition=models.Q(approval_number="", approved_on=None, approved_in=None, valid_from=None, valid_until=None)
                | ~models.Q(approval_number="")
                & models.Q(
                    leaves_area=True,
                    approval_refused="",
                    approved_on__isnull=False,
                    approved_in__isnull=False,
                    valid_from__isnull=False,
                    valid_until__gte=models.F("valid_from"),
                ),  # fmt: skip
                name="referral_approved_for_days",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["requested", "accepted", "on_the_way", "arrived"], ended_at=None)
                | models.Q(state__in=["refused", "finished", "cancelled"], ended_at__isnull=False),
                name="referral_ends_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=models.Q(state__in=["requested", "accepted", "on_the_way", "arrived"]),
                name="referral_open",
            ),
            models.Index(fields=["approval_number"], condition=~models.Q(approval_number=""), name="referral_numbered"),
        ]

    def __str__(self):
        return f"{self.case.disease}{self.get_direction_display()}"


class ReferralMove(models.Model):
    """One step of a referral: when, whose, to which state, and what was said."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="moves", verbose_name="转诊")
    at = models.DateTimeField("时间")
    to_state = models.CharField("新状态", max_length=12, choices=ReferralState.choices)
    by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="经手人")
    unit = models.CharField("单位", max_length=60, blank=True)
    text = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "转诊经过"
        ordering = ["at", "id"]
