from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0002_embargo_and_corrections'),
    ]

    operations = [
        migrations.AddField(
            model_name='contentpage',
            name='named_files',
            field=models.JSONField(editable=False, null=True),
        ),
    ]
