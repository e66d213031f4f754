"""Computes the monthly cost of an environment from Terraform's plan and a dated price table."""
