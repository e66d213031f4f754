mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  domain    = "service.example.com"
  zone_name = "example.com"
}

run "the_zone_is_looked_up_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_route53_zone.this) == 0 && length(data.aws_route53_zone.existing) == 1
    error_message = "Most clients have the zone."
  }
}

run "the_zone_is_made_when_asked_for" {
  command = plan

  variables {
    create_zone = true
  }

  assert {
    condition     = length(aws_route53_zone.this) == 1 && aws_route53_zone.this[0].name == "example.com"
    error_message = "create_zone makes the zone."
  }
}

run "the_certificate_is_proved_by_dns" {
  command = plan

  assert {
    condition     = aws_acm_certificate.this.validation_method == "DNS" && aws_route53_record.validation.name == "_proof.service.example.com"
    error_message = "The certificate is proved by a record in the zone."
  }
}

# Every validation refuses what it is there to refuse.
run "domain_is_refused_with_a_scheme" {
  command = plan

  variables {
    domain = "https://service.example.com"
  }

  expect_failures = [var.domain]
}

run "zone_name_is_refused_when_the_domain_is_elsewhere" {
  command = plan

  variables {
    zone_name = "example.org"
  }

  expect_failures = [var.zone_name]
}
