"""Times as in logs and the API, sortable by eye, without a.m. and p.m."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
