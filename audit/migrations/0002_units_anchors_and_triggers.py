from django.db import migrations, models

from audit import protection


def protect(apps, schema_editor):
    for statement in protection.on_statements(schema_editor.connection):
        schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    for statement in protection.off_statements(schema_editor.connection):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "default_permissions": ("view",),
                "ordering": ["seq"],
                "permissions": [("export_auditentry", "Xuất nhật ký kiểm tra ra tệp")],
                "verbose_name": "mục nhật ký",
                "verbose_name_plural": "nhật ký kiểm tra",
            },
        ),
        migrations.AddField(
            model_name="auditentry",
            name="unit",
            field=models.CharField(blank=True, db_index=True, default="", max_length=255),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="actor_unit",
            field=models.CharField(blank=True, db_index=True, default="", max_length=255),
        ),
        migrations.CreateModel(
            name="AnchorStore",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(protect, unprotect),
    ]
