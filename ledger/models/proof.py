"""Papers kept with a person or a case: 诊断证明, 贫困证明, 低保证. Sealed, opened through their person only, never thrown away."""

from django.db import models

from ledger.models.case import Case
from ledger.models.person import Person
from ledger.models.staff import Role
from ledger.scope import ScopedQuerySet


class ProofKind(models.TextChoices):
    DIAGNOSIS = "diagnosis", "诊断证明"
    POVERTY = "poverty", "贫困证明"
    DIBAO = "dibao", "低保证"
    OTHER = "other", "其他证明"
    PLAN = "plan", "诊疗方案签字页"


# What a hospital checks at admission: whether the patient is entitled.
ENTITLING = (ProofKind.POVERTY, ProofKind.DIBAO)


class ProofQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        """The papers of the people one sees, and of their cases those one sees; to a hospital of a person only what entitles them."""
        tied = models.Q(case__in=Case.objects.visible_to(staff).values("pk"))
        person_only = models.Q(case=None)
        if staff.role == Role.LIAISON:
            person_only &= models.Q(kind__in=ENTITLING)
        return models.Q(person__in=Person.objects.visible_to(staff).values("pk")) & (tied | person_only)

    def listed(self) -> "ProofQuerySet":
        """Without the papers themselves, in the order of their numbers."""
        return self.defer("content").order_by("number")


class Proof(models.Model):
    """``number`` counts within the person, so that an address names a person and a paper of theirs. ``content`` is sealed bytes."""

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="proofs", verbose_name="患者")
    case = models.ForeignKey("ledger.Case", models.PROTECT, null=True, blank=True, related_name="proofs", verbose_name="病例")
    number = models.SmallIntegerField("序号")
    kind = models.CharField("种类", max_length=10, choices=ProofKind.choices)
    file_name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("类型", max_length=20)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("散列", max_length=64)
    content = models.BinaryField("内容")
    added_at = models.DateTimeField("上传时间")
    added_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="上传人")
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="作废人")
    withdrawn_reason = models.CharField("作废原因", max_length=120, blank=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证明材料"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["person", "number"], name="proof_numbered_within_a_person"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_reason=""),
                name="withdrawn_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self):
        return f"证明材料 {self.number}"
