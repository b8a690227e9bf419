import hashlib

from django.core.files.storage import default_storage
from django.db import migrations, models


def fill_hashes(apps, schema_editor):
    """Read once what went out before hashes were kept. A file that is missing stays without; check_consistency tells."""
    files = apps.get_model("publishing", "PublishedFile").objects.filter(sha256="")
    for pk, name in list(files.values_list("pk", "storage_name")):
        try:
            with default_storage.open(name) as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            continue
        files.filter(pk=pk).update(sha256=sha256)


class Migration(migrations.Migration):
    dependencies = [("publishing", "0003_list_indexes")]

    operations = [
        migrations.AddField(
            model_name="publishedfile",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name="publisheditem",
            index=models.Index(fields=["locale", "-first_published_at", "-id"], name="item_synced"),
        ),
        migrations.RunPython(fill_hashes, migrations.RunPython.noop),
    ]
