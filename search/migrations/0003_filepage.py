from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='FilePage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('page', models.PositiveIntegerField()),
                ('text', models.TextField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('sha256', 'page'), name='one_row_per_page_of_a_file')],
            },
        ),
    ]
