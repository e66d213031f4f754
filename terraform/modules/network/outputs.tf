output "vpc_id" {
  description = "ID of the VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Zone name to ID of the private subnets (pods, nodes, Lambda)."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }

  # Everything that starts here needs the way out first: nodes pull images, add-ons wait for them.
  depends_on = [aws_route.nat_gateway, aws_route.nat_instance, aws_route_table_association.private]
}

output "database_subnet_ids" {
  description = "Zone name to ID of the database subnets."
  value       = { for zone, subnet in aws_subnet.database : zone => subnet.id }
}
