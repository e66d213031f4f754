from typing import Any

from django.core.management.base import BaseCommand, CommandError

from todoproject.server.health import missing_now


class Command(BaseCommand):
    help = (
        "Says whether this image can serve the database as it is: exit 0 when every migration that the image knows is "
        "applied (the database may know newer ones), exit 1 and the missing ones otherwise. Changes nothing."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        missing = missing_now()
        if missing:
            raise CommandError(missing.removeprefix("Starting: "))
        self.stdout.write("The schema serves this image.")
