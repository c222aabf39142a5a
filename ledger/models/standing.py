"""The derived dated table behind every report figure: remade from the facts, never written by hand."""

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models


class Standing(models.Model):
    """A case's stand in a county over a stretch of days in which nothing that a report asks for changes.

    There is no row for days on which the case counts nowhere: before registration, while a mistaken registration is
    closed, after the person left the prefecture, or where a children's disease was registered above its age limit.
    """

    case = models.ForeignKey("ledger.Case", models.CASCADE, related_name="standings")
    person = models.ForeignKey("ledger.Person", models.CASCADE, related_name="+")
    county = models.ForeignKey("ledger.Division", models.CASCADE, related_name="+")
    disease = models.ForeignKey("ledger.Disease", models.CASCADE, related_name="+")
    group = models.ForeignKey("ledger.ReportGroup", models.CASCADE, related_name="+")
    registered_poor = models.BooleanField()
    civil_verified = models.BooleanField()
    completed_on = models.DateField(null=True)
    during = DateRangeField()

    class Meta:
        indexes = [
            # All that counting asks for, in the order in which it is counted: a county is counted without a look at the rows.
            models.Index(
                fields=["county", "person", "group"],
                include=["disease", "during", "registered_poor", "civil_verified", "completed_on"],
                name="standing_counted",
            ),
            GistIndex(fields=["during"], name="standing_during"),
        ]
