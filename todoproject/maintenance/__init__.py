"""Commands of a CronJob and of the release tool: `manage.py prune` and `manage.py check_schema`."""
