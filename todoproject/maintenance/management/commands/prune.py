from typing import Any

from django.core.management.base import BaseCommand

from todoproject.maintenance.prune import prune_all


class Command(BaseCommand):
    help = (
        "Removes what has expired: idempotency records (24 hours), login sessions (seven days unused), throttle "
        "counters. Safe to run at any time and twice at once; a CronJob does it every hour."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        for what, removed in prune_all().items():
            self.stdout.write(f"{removed} {what} removed")
