"""The documents and pathways that apply to a disease, and which pathway a stay followed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0004_designation_ended"),
        ("ledger", "0013_unverified_categories"),
    ]

    operations = [
        migrations.AddField(
            model_name="stay",
            name="pathway_course",
            field=models.CharField(
                blank=True,
                choices=[("followed", "按路径完成"), ("left", "退出路径"), ("none", "没有适用的路径")],
                help_text="留空表示医院还没有说明",
                max_length=8,
                verbose_name="路径执行",
            ),
        ),
        migrations.AddField(
            model_name="stay",
            name="pathway_left",
            field=models.CharField(blank=True, max_length=200, verbose_name="退出路径的原因"),
        ),
        migrations.CreateModel(
            name="Standard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("document", "文件"), ("pathway", "临床路径")], default="document", max_length=10, verbose_name="种类"
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="文号")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("issuer", models.CharField(blank=True, max_length=80, verbose_name="发文机关")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="发文日期")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="最后一天")),
                ("file_name", models.CharField(blank=True, max_length=120, verbose_name="文件名")),
                ("media_type", models.CharField(blank=True, max_length=20, verbose_name="类型")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="字节数")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="散列")),
                ("content", models.BinaryField(blank=True, null=True, verbose_name="内容")),
                ("diseases", models.ManyToManyField(related_name="standards", to="ledger.disease", verbose_name="适用病种")),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standards", to="ledger.division", verbose_name="市"
                    ),
                ),
            ],
            options={
                "verbose_name": "救治标准",
                "verbose_name_plural": "救治标准",
                "ordering": ["kind", "number"],
            },
        ),
        migrations.AddField(
            model_name="stay",
            name="pathway",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hospitals.standard",
                verbose_name="临床路径",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pathway", None), ("pathway_course__in", ["", "none"]), ("pathway_left", "")),
                    models.Q(("pathway__isnull", False), ("pathway_course", "followed"), ("pathway_left", "")),
                    models.Q(
                        ("pathway__isnull", False),
                        ("pathway_course", "left"),
                        models.Q(("pathway_left", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pathway_told_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.UniqueConstraint(fields=("prefecture", "number", "title"), name="standard_once"),
        ),
    ]
