import django.core.serializers.json
from django.db import migrations, models


def fill(apps, schema_editor):
    items = apps.get_model("publishing", "PublishedItem").objects
    for item in items.only("pk", "payload").iterator(chunk_size=500):
        item.card = {key: value for key, value in item.payload.items() if key != "body"}
        item.save(update_fields=["card"])


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="publisheditem",
            name="card",
            field=models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
