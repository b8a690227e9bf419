from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0005_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('query', models.CharField(max_length=100)),
                ('asked', models.PositiveIntegerField(default=0)),
                ('in_vain', models.PositiveIntegerField(default=0)),
                ('groups', models.PositiveIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('day', 'query'), name='one_count_per_day_and_query')],
            },
        ),
    ]
