"""Reserved: filled by the part of the same name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("settlement", "0003_clients")]
    operations = []
