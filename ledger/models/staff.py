"""Staff accounts: who somebody is, in which role, for which area."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property

from ledger.models.division import UnitKind, UnitName


class Role(models.TextChoices):
    TOWNSHIP = "township", "乡镇卫生院"
    CLERK = "clerk", "经办"
    LEAD = "lead", "负责人"
    CIVIL = "civil", "民政"
    POVERTY = "poverty", "扶贫"
    DISABLED = "disabled", "残联"
    INSURANCE = "insurance", "医保"
    FINANCE = "finance", "财政"
    LIAISON = "liaison", "医院联络员"
    EXPERT = "expert", "专家"
    CITY = "city", "市级"
    AUDITOR = "auditor", "审计"
    OPERATOR = "operator", "管理员"


UNIT_OF_ROLE = {
    Role.TOWNSHIP: UnitKind.CLINIC,
    Role.CIVIL: UnitKind.CIVIL,
    Role.POVERTY: UnitKind.POVERTY,
    Role.DISABLED: UnitKind.DISABLED,
    Role.INSURANCE: UnitKind.INSURANCE,
    Role.FINANCE: UnitKind.FINANCE,
}


class StaffManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields) -> "Staff":
        staff = self.model(username=self.model.normalize_username(username), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """A member of staff. The area bounds what they see; a liaison is bounded by the hospital's code."""

    username = models.CharField("用户名", max_length=40, unique=True)
    full_name = models.CharField("姓名", max_length=40)
    role = models.CharField("角色", max_length=12, choices=Role.choices)
    area = models.ForeignKey("ledger.Division", models.PROTECT, verbose_name="管辖范围", related_name="staff")
    hospital_code = models.CharField("医院代码", max_length=20, blank=True)
    unit = models.CharField("单位", max_length=60, blank=True, help_text="医院联络员、专家填写；其余按管辖范围自动取名。")
    work_phone = models.CharField("办公电话", max_length=20, blank=True)
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StaffManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name", "role"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(role="liaison") | ~models.Q(hospital_code=""), name="liaison_has_a_hospital")
        ]

    def __str__(self):
        return f"{self.full_name}（{self.get_role_display()}）"

    def get_full_name(self) -> str:
        return self.full_name

    @cached_property
    def counties(self) -> list[int]:
        """The counties of the prefecture that somebody works for, by their keys; asked for once a request."""
        return list(self.area.children.order_by("pk").values_list("pk", flat=True))

    def unit_on(self, day) -> str:
        """The unit this person works for, by its name on that day."""
        if self.unit:
            return self.unit
        return UnitName.on(self.area, UNIT_OF_ROLE.get(self.role, UnitKind.HEALTH), day)

    # The plain admin serves operators only; what it holds is registered there and nothing else.
    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role == Role.OPERATOR

    is_superuser = False

    def has_perm(self, perm: str, obj=None) -> bool:
        return self.is_staff and not perm.split(".")[1].startswith("delete_")

    def has_perms(self, perms, obj=None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
