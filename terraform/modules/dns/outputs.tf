output "certificate_arn" {
  description = "ARN of the validated certificate."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "zone_arn" {
  description = "ARN of the zone, the only one external-dns may change."
  value       = local.zone_arn
}
