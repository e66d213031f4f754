"""A bad day on purpose: each test is a row of the table that `make chaos` prints, whose last two columns are zero."""
