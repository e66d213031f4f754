data "aws_route53_zone" "existing" {
  count = var.create_zone ? 0 : 1

  name = var.zone_name
}

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_39:Query logs need a log group in us-east-1 with its own resource policy and bill by the query; the client's decision
  #checkov:skip=CKV2_AWS_38:DNSSEC needs the parent zone's owner to publish a record; the client's decision, written in terraform/README.md
  count = var.create_zone ? 1 : 0

  name    = var.zone_name
  comment = "${var.domain} and its certificate"
}

locals {
  zone_id  = var.create_zone ? aws_route53_zone.this[0].zone_id : data.aws_route53_zone.existing[0].zone_id
  zone_arn = "arn:aws:route53:::hostedzone/${local.zone_id}"
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain
  validation_method = "DNS"

  # The load balancer holds the old one until it has the new one.
  lifecycle {
    create_before_destroy = true
  }
}

# One name, one record: known before the certificate is, which a for_each over its options is not.
resource "aws_route53_record" "validation" {
  zone_id = local.zone_id
  name    = one(aws_acm_certificate.this.domain_validation_options).resource_record_name
  type    = one(aws_acm_certificate.this.domain_validation_options).resource_record_type
  records = [one(aws_acm_certificate.this.domain_validation_options).resource_record_value]
  ttl     = 300

  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]

  # Longer means that the parent zone does not delegate here: `make preflight` says so beforehand.
  timeouts {
    create = "15m"
  }
}
