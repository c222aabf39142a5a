"""Reserved: filled by the part of the same name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("settlement", "0002_never_edited")]
    operations = []
