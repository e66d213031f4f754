mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name                     = "acme-dev"
  region                   = "us-east-1"
  nat                      = "gateway"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  alarm_topic_arn          = "arn:aws:sns:us-east-1:123456789012:alarms"
}

run "subnets_of_three_kinds_lie_in_every_zone_and_do_not_overlap" {
  command = plan

  assert {
    condition     = keys(aws_subnet.private) == ["us-east-1a", "us-east-1b"] && keys(aws_subnet.public) == keys(aws_subnet.private) && keys(aws_subnet.database) == keys(aws_subnet.private)
    error_message = "Each kind of subnet must lie in each of two zones."
  }

  assert {
    condition     = [for subnet in aws_subnet.private : subnet.cidr_block] == ["10.0.0.0/20", "10.0.16.0/20"] && [for subnet in aws_subnet.public : subnet.cidr_block] == ["10.0.128.0/24", "10.0.129.0/24"] && [for subnet in aws_subnet.database : subnet.cidr_block] == ["10.0.144.0/24", "10.0.145.0/24"]
    error_message = "The subnet plan changed: that replaces every subnet of a running environment."
  }
}

run "a_third_zone_moves_no_subnet" {
  command = plan

  variables {
    zone_count = 3
  }

  assert {
    condition     = aws_subnet.private["us-east-1b"].cidr_block == "10.0.16.0/20" && aws_subnet.database["us-east-1a"].cidr_block == "10.0.144.0/24"
    error_message = "A third zone must not move the first two."
  }
}

run "the_load_balancer_controller_finds_its_subnets" {
  command = plan

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.tags["kubernetes.io/role/elb"] == "1"]) && alltrue([for subnet in aws_subnet.private : subnet.tags["kubernetes.io/role/internal-elb"] == "1"])
    error_message = "Subnets need the controller's role tags."
  }
}

run "a_gateway_in_every_zone_serves_that_zone_alone" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == 2 && length(aws_eip.nat) == 2 && length(aws_route.nat_gateway) == 2 && length(aws_instance.nat) == 0
    error_message = "nat = gateway makes one NAT gateway a zone."
  }
}

run "one_instance_serves_all_zones" {
  command = plan

  variables {
    nat = "instance"
  }

  assert {
    condition     = length(aws_instance.nat) == 1 && length(aws_route.nat_instance) == 2 && length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0
    error_message = "nat = instance makes one instance, and no address that bills on while it sleeps."
  }

  assert {
    condition     = aws_instance.nat[0].source_dest_check == false && aws_instance.nat[0].metadata_options[0].http_tokens == "required"
    error_message = "A NAT instance forwards foreign packets, and answers IMDSv2 alone."
  }
}

run "asleep_nothing_bills_by_the_hour" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_instance.nat) + length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_route.nat_gateway) + length(aws_route.nat_instance) == 0
    error_message = "nat = none leaves no NAT and no address."
  }
}

run "images_come_through_free_endpoints" {
  command = plan

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["dynamodb", "s3"] && alltrue([for endpoint in aws_vpc_endpoint.gateway : endpoint.vpc_endpoint_type == "Gateway"])
    error_message = "S3 and DynamoDB need gateway endpoints."
  }
}

run "flow_logs_are_kept_when_asked" {
  command = plan

  variables {
    flow_log_retention_days = 30
  }

  assert {
    condition     = aws_flow_log.rejected[0].traffic_type == "REJECT" && aws_iam_role.flow[0].permissions_boundary == var.permissions_boundary_arn
    error_message = "Flow logs of refused connections, by a role within the boundary."
  }
}

run "the_nat_instance_has_room_for_dnf_and_is_watched" {
  command = plan

  variables {
    nat = "instance"
  }

  assert {
    condition     = strcontains(aws_instance.nat[0].user_data, "swapon /swapfile") && strcontains(split("dnf install", aws_instance.nat[0].user_data)[0], "swapon")
    error_message = "512 MB are too few for dnf: swap comes before it."
  }

  assert {
    condition     = strcontains(aws_instance.nat[0].user_data, "until setup") && strcontains(aws_instance.nat[0].user_data, "shutdown --poweroff")
    error_message = "It tries until it routes, and does not stay on when it cannot."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.nat_instance[0].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.nat_instance[0].period == 60
    error_message = "An instance that is off has no data, and that is the alarm."
  }
}

run "asleep_no_alarm_misses_the_nat_instance" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.nat_instance) == 0
    error_message = "Asleep there is no NAT, and nothing to tell."
  }
}

run "zones_without_a_control_plane_are_left_out" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = data.aws_availability_zones.available.exclude_zone_ids == toset(["cac1-az3", "use1-az3", "usw1-az2"])
    error_message = "EKS makes no control plane in these three."
  }
}

# Every validation refuses what it is there to refuse.
run "values_outside_of_their_bounds_are_refused" {
  command = plan

  variables {
    cidr                    = "10.0.0.0/24"
    zone_count              = 1
    nat                     = "both"
    flow_log_retention_days = 5
  }

  expect_failures = [
    var.cidr,
    var.zone_count,
    var.nat,
    var.flow_log_retention_days,
  ]
}
