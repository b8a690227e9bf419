from editorial.management.commands.publish_due import Command as PublishDue


class Command(PublishDue):
    """Stands before Wagtail's command of this name, which loses schedules when killed and knows no gate."""

    help = "The same as publish_due."
