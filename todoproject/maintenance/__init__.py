"""What a CronJob and the release tool run: `manage.py prune` and `manage.py check_schema`."""
