"""What every service keeps: settings, servers, API conventions, accounts, observability, database backend."""
