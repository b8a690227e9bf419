import django.db.models.deletion
from django.db import migrations, models

SQLITE = """
CREATE VIRTUAL TABLE search_terms USING fts5(
    number, title, title_exact, lead, lead_exact, body, body_exact, tokenize = 'unicode61 remove_diacritics 0'
)
"""
POSTGRESQL = [
    "CREATE TABLE search_terms (entry_id bigint PRIMARY KEY, number tsvector NOT NULL, title tsvector NOT NULL,"
    " lead tsvector NOT NULL, body tsvector NOT NULL)",
    *(f"CREATE INDEX search_terms_{column} ON search_terms USING gin ({column})" for column in ("number", "title", "lead", "body")),
]


def make_terms(apps, schema_editor):
    for statement in [SQLITE] if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_terms(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_terms")


def read_the_log_again(apps, schema_editor):
    """The new index is filled by its consumer, from the first line of the log."""
    apps.get_model("publishing", "Consumer").objects.filter(name="search").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0004_sync'),
        ('search', '0001_initial'),
    ]

    operations = [
        migrations.DeleteModel(name='SearchEntry'),
        migrations.CreateModel(
            name='SearchIndex',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('live', models.PositiveIntegerField(default=1)),
                ('building', models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='KnownWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=32, unique=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Abbreviation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('short', models.CharField(help_text='Ví dụ: BCĐ. Hoa, thường và dấu không quan trọng.', max_length=16, verbose_name='viết tắt')),
                ('long', models.CharField(help_text='Ví dụ: ban chỉ đạo.', max_length=120, verbose_name='viết đầy đủ')),
            ],
            options={
                'verbose_name': 'từ viết tắt',
                'verbose_name_plural': 'từ viết tắt',
                'ordering': ['short', 'long'],
                'constraints': [models.UniqueConstraint(fields=('short', 'long'), name='one_row_per_abbreviation', violation_error_message='Từ viết tắt này đã có với đúng nghĩa ấy.')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('locale', models.CharField(max_length=8)),
                ('kind', models.CharField(choices=[('article', 'Bài viết'), ('bulletin', 'Bản tin'), ('document', 'Văn bản')], max_length=16)),
                ('source_code', models.CharField(max_length=32)),
                ('document_type', models.CharField(blank=True, choices=[('resolution', 'Nghị quyết'), ('regulation', 'Quy định'), ('directive', 'Chỉ thị'), ('conclusion', 'Kết luận'), ('guidance', 'Hướng dẫn'), ('plan', 'Kế hoạch'), ('dispatch', 'Công văn'), ('decision', 'Quyết định'), ('announcement', 'Thông báo'), ('report', 'Báo cáo'), ('other', 'Văn bản khác')], max_length=16)),
                ('issuer_code', models.CharField(blank=True, max_length=32)),
                ('year', models.PositiveSmallIntegerField()),
                ('published_at', models.DateTimeField()),
                ('text', models.TextField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='search_entries', to='publishing.publisheditem')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['generation', 'locale', '-published_at', '-item'], name='entry_newest')],
                'constraints': [models.UniqueConstraint(fields=('generation', 'item'), name='one_entry_per_generation')],
            },
        ),
        migrations.RunPython(make_terms, drop_terms),
        migrations.RunPython(read_the_log_again, migrations.RunPython.noop),
    ]
