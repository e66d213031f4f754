"""The admin of operations staff: start page, bulk actions, filters, history, export. Resources register here."""
