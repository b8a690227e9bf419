from django.conf import settings
from django.db import migrations


def give_to_who_had_it(apps, schema_editor):
    """Who may recall could roll back a release until now: their groups, and they, keep that."""
    ContentType, Permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    recall = Permission.objects.filter(content_type__app_label="editorial", codename="recall").first()
    if recall is None:
        return  # a new installation: the setup gives it
    release, _created = ContentType.objects.get_or_create(app_label="editorial", model="release")
    right, _created = Permission.objects.get_or_create(
        content_type=release, codename="roll_back_release", defaults={"name": "Quay lại như trước một đợt phát hành"}
    )
    right.group_set.add(*recall.group_set.all())
    right.user_set.add(*recall.user_set.all())


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('editorial', '0008_deadlines_and_release_parts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='release',
            options={'default_permissions': (), 'ordering': ['-created_at', '-pk'], 'permissions': [('roll_back_release', 'Quay lại như trước một đợt phát hành')], 'verbose_name': 'đợt phát hành', 'verbose_name_plural': 'đợt phát hành'},
        ),
        migrations.RunPython(give_to_who_had_it, migrations.RunPython.noop),
    ]
