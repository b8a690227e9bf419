from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0006_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='searchcount',
            name='only_near',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
