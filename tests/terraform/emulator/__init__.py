"""AWS as far as Terraform needs it here: the moto server, with what it lacks answered at once or filled in.

`python -m tests.terraform.emulator PORT [REPORT]` (0 = any free port, printed). A gap filler is our idea of AWS: an
empty plan on it shows that provider and emulator agree, not that AWS does. tests/terraform/test_emulator.py shows for
each that moto still lacks it.
"""
