"""Database roles and first secret values (bootstrap), and credentials that change without a failed request (rotate).

Runs as two Lambda functions inside the VPC; terraform/modules/secrets installs them.
"""
