"""Programs that the workflows need beyond make. Each runs on a laptop too: `python -m pipeline.NAME --help`."""
