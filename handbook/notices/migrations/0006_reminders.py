import datetime

from django.db import migrations, models
from django.db.models import F
from django.utils import timezone

DAY = datetime.timedelta(days=1)


def of_a_day_before(apps, schema_editor):
    """What was to be reminded of a day before its deadline still is."""
    texts = apps.get_model('notices', 'NoticeVersion').objects.select_related('notice')
    out = texts.filter(notice__state='sent', number=F('notice__version'), deadline__gt=timezone.now())
    for text in out.exclude(notice__reminded_version=F('number')):
        asks = text.requires_acknowledgement or text.question
        if asks and text.notice.sent_at < text.deadline - DAY:
            text.notice.remind_at = text.deadline - DAY
            text.notice.save(update_fields=['remind_at'])


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0005_texts_per_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='remind_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='noticeversion',
            name='remind_before',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Không tự nhắc'), (1, 'Trước hạn 1 ngày'), (3, 'Trước hạn 3 ngày'), (7, 'Trước hạn 7 ngày')], default=1, verbose_name='tự nhắc trước hạn'),
        ),
        migrations.AddField(
            model_name='noticeversion',
            name='remind_after',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Không tự nhắc'), (1, 'Sau khi gửi 1 ngày'), (3, 'Sau khi gửi 3 ngày'), (7, 'Sau khi gửi 7 ngày')], default=0, verbose_name='tự nhắc sau khi gửi'),
        ),
        migrations.RunPython(of_a_day_before, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name='noticeversion',
            name='notice_deadline',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='reminded_version',
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='notice_to_remind'),
        ),
    ]
