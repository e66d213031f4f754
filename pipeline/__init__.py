"""What the workflows need beyond make: each module runs on a laptop too, as `python -m pipeline.NAME --help` says."""
