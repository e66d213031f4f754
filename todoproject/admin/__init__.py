"""The admin as operations staff use it: start page, bulk actions, filters, history, export. Resources register here."""
