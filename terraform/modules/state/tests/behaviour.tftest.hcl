mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  project = "acme"
}

run "the_state_is_versioned_encrypted_and_closed" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "Without versions a broken state cannot be brought back."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls,
      aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls,
      aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "The state holds names and addresses of everything: no public access of any kind."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The state must be encrypted under KMS."
  }
}

run "old_lock_files_go_by_themselves" {
  command = plan

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].expiration[0].expired_object_delete_marker
    error_message = "use_lockfile leaves a delete marker for every run."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "A replaced state can be brought back for 90 days."
  }
}

run "the_lock_table_has_the_key_that_terraform_asks_for" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.lock.hash_key == "LockID"
    error_message = "Terraform's S3 backend needs a table with the hash key LockID."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    project = "To Do"
  }

  expect_failures = [var.project]
}
