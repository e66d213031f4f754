"""The parts that every service keeps: settings, servers, API conventions, accounts, observability, database backend."""
