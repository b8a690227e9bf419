from django.db import migrations


def read_the_log_again(apps, schema_editor):
    """Entries of the older form do not know whole titles: they go, and the consumer reads the log from its first line."""
    schema_editor.execute("DELETE FROM search_terms")
    apps.get_model("search", "SearchEntry").objects.all().delete()
    apps.get_model("publishing", "Consumer").objects.filter(name="search").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0004_sync'),
        ('search', '0003_filepage'),
    ]

    operations = [migrations.RunPython(read_the_log_again, migrations.RunPython.noop)]
