from typing import Any

from django.core.management.base import BaseCommand, CommandError

from todoproject.server.health import missing_now


class Command(BaseCommand):
    help = (
        "Checks whether this image can serve the database: exit 0 if every migration of the image is applied (the "
        "database may have newer ones), else exit 1 and the missing ones. Changes nothing."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        missing = missing_now()
        if missing:
            raise CommandError(missing.removeprefix("Starting: "))
        self.stdout.write("The schema serves this image.")
