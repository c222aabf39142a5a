"""The peers of ``ledger_scale.py``: Django admin's changelist of cases, with the columns of our list and the same rows in sight.

As it comes but for what any installation would set: the relations that its columns show are joined, 50 rows a page, the newest
first, filters by county and disease. Its site asks for no permission, and no middleware runs but those that the admin needs.
``admin`` finds the county's rows by its filters, as the admin does; ``scoped`` is kinder: its queryset knows no other county,
so that its count of everything is the county's. Neither shows 人员类别, which ours does.
"""

from django.contrib import admin
from django.urls import path

from ledger.models import Case, Staff

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


class OpenSite(admin.AdminSite):
    def has_permission(self, request):
        return True


class CaseAdmin(admin.ModelAdmin):
    list_display = ("person", "sex", "born_on", "id_number", "disease", "state", "township", "village", "registered_on", "hospital_name")
    list_select_related = ("person__township", "person__village", "disease", "county")
    list_filter = ("county__parent", "county", "disease")
    search_fields = ("person__name", "person__initials")
    ordering = ("-registered_on", "-pk")
    list_per_page = 50

    def get_queryset(self, request):
        return Case.objects.everywhere("the admin knows no scope")

    has_view_permission = has_change_permission = has_module_permission = lambda self, request, obj=None: True

    def sex(self, case):
        return case.person.get_sex_display()

    def born_on(self, case):
        return case.person.born_on

    def id_number(self, case):
        return str(case.person.id_number)

    def village(self, case):
        return case.person.village


class ScopedCaseAdmin(CaseAdmin):
    list_filter = ("disease",)

    def get_queryset(self, request):
        return Case.objects.visible_to(Staff.objects.select_related("area").get(pk=request.user.pk))


site, scoped = OpenSite(), OpenSite(name="scoped")
site.register(Case, CaseAdmin)
scoped.register(Case, ScopedCaseAdmin)
urlpatterns = [path("admin/", site.urls), path("scoped/", scoped.urls)]
