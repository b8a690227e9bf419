from django.db import migrations, models

from organizations.names import folded


def fold_names(apps, schema_editor):
    organization = apps.get_model("organizations", "Organization")
    units = list(organization.objects.only("name"))
    for unit in units:
        unit.name_folded = folded(unit.name)
    organization.objects.bulk_update(units, ["name_folded"], batch_size=400)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="name_folded",
            field=models.CharField(default="", editable=False, max_length=255),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop, elidable=True),
    ]
