"""Indexes for the desk on Wagtail's own tables: what is open, what is unfinished and what is out are few among many."""

from django.db import migrations

INDEXES = {
    "editorial_open_steps": "wagtailcore_taskstate (status, task_id)",
    "editorial_open_ways": "wagtailcore_workflowstate (status, base_content_type_id)",
    "editorial_unfinished": "wagtailcore_page (latest_revision_created_at DESC) WHERE has_unpublished_changes",
    "editorial_out": "wagtailcore_page (last_published_at DESC) WHERE live",
}


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0002_feeds"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON {columns}", f"DROP INDEX {name}") for name, columns in INDEXES.items()
    ]
