from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0003_receipt_answered_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='noticeversion',
            name='reason_wanted_for',
            field=models.JSONField(blank=True, default=list, verbose_name='câu trả lời phải kèm lý do'),
        ),
    ]
