import django.db.models.deletion
from django.db import migrations, models

SQLITE = """
CREATE VIRTUAL TABLE search_draft_terms USING fts5(
    number, title, title_exact, lead, lead_exact, body, body_exact, tokenize = 'unicode61 remove_diacritics 0'
)
"""
POSTGRESQL = [
    "CREATE TABLE search_draft_terms (entry_id bigint PRIMARY KEY, number tsvector NOT NULL, title tsvector NOT NULL,"
    " lead tsvector NOT NULL, body tsvector NOT NULL)",
    *(
        f"CREATE INDEX search_draft_terms_{column} ON search_draft_terms USING gin ({column})"
        for column in ("number", "title", "lead", "body")
    ),
]


def make_terms(apps, schema_editor):
    for statement in [SQLITE] if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_terms(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_draft_terms")


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0001_initial'),
        ('search', '0004_whole_titles'),
    ]

    operations = [
        migrations.CreateModel(
            name='DraftEntry',
            fields=[
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='cms.contentpage')),
                ('revision_id', models.BigIntegerField()),
                ('saved_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('article', 'Bài viết'), ('bulletin', 'Bản tin'), ('document', 'Văn bản')], max_length=16)),
                ('title', models.CharField(max_length=255)),
                ('text', models.TextField()),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['-saved_at', '-page'], name='draft_newest')],
            },
        ),
        migrations.RunPython(make_terms, drop_terms),
    ]
