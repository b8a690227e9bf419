from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0006_reminders'),
    ]

    operations = [
        migrations.AddField(
            model_name='noticetemplate',
            name='reason_wanted_for',
            field=models.JSONField(blank=True, default=list, verbose_name='câu trả lời phải kèm lý do'),
        ),
        migrations.AddField(
            model_name='noticetemplate',
            name='requires_acknowledgement',
            field=models.BooleanField(default=False, verbose_name='cần xác nhận đã tiếp nhận'),
        ),
        migrations.AddField(
            model_name='noticetemplate',
            name='urgent',
            field=models.BooleanField(default=False, verbose_name='khẩn'),
        ),
    ]
