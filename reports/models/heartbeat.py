"""The worker's sign of life: a row it renews, which the health page only reads."""

from django.db import models


class Heartbeat(models.Model):
    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()
