output "certificate_arn" {
  description = "ARN of the validated certificate."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "zone_arn" {
  description = "ARN of the zone, the only one external-dns may change."
  value       = local.zone_arn
}

output "name_servers" {
  description = "Name servers to enter at the parent zone when the zone was made here; empty when it existed."
  value       = var.create_zone ? aws_route53_zone.this[0].name_servers : []
}
