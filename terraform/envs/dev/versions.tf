terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket, region and lock table are the account's: terraform init -backend-config=backend.hcl, a file that the
  # bootstrap prints. Both locks, on purpose: docs/adr/0020.
  backend "s3" {
    key          = "dev.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
