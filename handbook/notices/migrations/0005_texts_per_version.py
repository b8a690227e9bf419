from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def of_the_version_that_is_out(apps, schema_editor):
    """Who was sent a text before is not sent another about the same text."""
    versions = apps.get_model('notices', 'Notice').objects.filter(pk=OuterRef('notice')).values('version')
    apps.get_model('notices', 'NoticeText').objects.update(version=Subquery(versions))


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0004_reason_wanted_for'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='asked_again_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='notice',
            name='texts_stopped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='noticetext',
            name='version',
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.RunPython(of_the_version_that_is_out, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='noticetext',
            name='one_notice_text_per_member',
        ),
        migrations.AddConstraint(
            model_name='noticetext',
            constraint=models.UniqueConstraint(fields=('notice', 'member', 'version'), name='one_notice_text_per_version'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('texts_stopped_at__isnull', False)), fields=['organization'], name='notice_texts_stopped'),
        ),
    ]
