"""The peer of ``import_roster.py``: django-import-export's default path, row by row, into the ledger's table of people.

What it does of each row: reads the cells, looks for the person by the keyed hash of the ID number, resolves the village with a
``ForeignKeyWidget``, checks the number and takes birth and sex from it, works out what differs, saves. Its settings are the
library's own: one transaction, no bulk, nothing skipped, a diff a row. Town and county come with the village in the same query.

What it does not do and the ledger's import does: homes and categories with their dates, the timeline, the trail, initials,
refusing a formula or a number typed as a number, repeated lines, people of other counties, a preview that is kept.
"""

from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from ledger import clock
from ledger.identity import read_id_number
from ledger.models import Division, Person
from ledger.protection import keyed_hash


class Village(ForeignKeyWidget):
    def get_queryset(self, value, row, *args, **kwargs):
        return super().get_queryset(value, row, *args, **kwargs).select_related("parent__parent")


class PersonResource(ModelResource):
    id_number_hash = Field("id_number_hash", "id_number_hash")
    name = Field("name", "姓名")
    id_number = Field("id_number", "身份证号")
    household_number = Field("household_number", "户编号")
    address = Field("address", "家庭地址")
    village = Field("village", "行政村代码", Village(Division, "code"))
    phone = Field("phone", "联系电话")

    class Meta:
        model = Person
        import_id_fields = ["id_number_hash"]
        fields = ("id_number_hash", "name", "id_number", "household_number", "address", "village", "phone")

    def __init__(self, by):
        super().__init__()
        self.by = by

    def get_queryset(self):
        return Person.objects.everywhere("benchmark")

    def before_import(self, dataset, **kwargs):
        dataset.append_col([keyed_hash(number) for number in dataset["身份证号"]], header="id_number_hash")

    def before_save_instance(self, instance, row, **kwargs):
        number = read_id_number(row["身份证号"], clock.today())
        instance.sex, instance.born_on, instance.phone_hash = number.sex, number.born_on, keyed_hash(row["联系电话"])
        instance.township = instance.village.parent
        instance.county = instance.township.parent
        if not instance.pk:
            instance.created_at, instance.created_by = clock.now(), self.by
