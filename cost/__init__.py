"""What an environment costs a month, computed from Terraform's plan and a dated price table."""
