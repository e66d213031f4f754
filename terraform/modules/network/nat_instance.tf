# nat = "instance": one t4g.nano for all zones, $0.0042 an hour where a NAT gateway costs $0.045. It is a single point
# of failure and is not patched in place (docs/adr/0022): for dev alone.
# https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html

locals {
  nat_instance_count = var.nat == "instance" ? 1 : 0
  nat_runbook        = "docs/runbooks/nat-instance-down.md"
}

data "aws_ssm_parameter" "nat_image" {
  count = local.nat_instance_count

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

resource "aws_security_group" "nat" {
  count = local.nat_instance_count

  name        = "${var.name}-nat"
  description = "NAT instance: in from the private subnets, out to the internet"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-nat" }
}

resource "aws_vpc_security_group_ingress_rule" "nat" {
  for_each = var.nat == "instance" ? local.private_cidrs : {}

  security_group_id = aws_security_group.nat[0].id
  description       = "Everything that leaves the private subnet of ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "nat" {
  count = local.nat_instance_count

  security_group_id = aws_security_group.nat[0].id
  description       = "To the internet, on behalf of the private subnets"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_instance" "nat" {
  #checkov:skip=CKV_AWS_88:A NAT needs a public address; auto-assigned, so that it costs nothing while dev sleeps (an Elastic IP bills on)
  #checkov:skip=CKV_AWS_126:Detailed monitoring bills $2.10 a month for a dev instance
  #checkov:skip=CKV2_AWS_41:The instance calls no AWS API and therefore has no role
  count = local.nat_instance_count

  ami                         = data.aws_ssm_parameter.nat_image[0].insecure_value
  instance_type               = "t4g.nano"
  subnet_id                   = aws_subnet.public[local.zones[0]].id
  vpc_security_group_ids      = [aws_security_group.nat[0].id]
  associate_public_ip_address = true
  source_dest_check           = false
  ebs_optimized               = true

  # 512 MB are too few for dnf, which is killed (https://github.com/amazonlinux/amazon-linux-2023/issues/404): swap first.
  # Until it routes it tries again, and after ten minutes it switches itself off, which the alarm below tells: a NAT that
  # runs and does not route looks well to everybody but the nodes.
  user_data = <<-SCRIPT
    #!/bin/sh
    fallocate --length 1G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile
    setup() {
      dnf install --assumeyes iptables-services &&
      echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf &&
      sysctl --system &&
      iptables --table nat --flush POSTROUTING &&
      iptables --table nat --append POSTROUTING --out-interface "$(ip -o route get 192.0.2.1 | sed 's/.* dev \([^ ]*\).*/\1/')" --jump MASQUERADE &&
      iptables --flush FORWARD &&
      service iptables save &&
      systemctl enable --now iptables
    }
    tries=0
    until setup; do
      tries=$((tries + 1))
      [ "$tries" -lt 60 ] || shutdown --poweroff now
      sleep 10
    done
  SCRIPT

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  # Credits beyond the baseline would bill: a NAT that is busy all day should be a gateway instead.
  credit_specification {
    cpu_credits = "standard"
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = 8
  }

  tags = { Name = "${var.name}-nat" }

  # A newer image comes with the next wake, not with an apply in the middle of a day.
  lifecycle {
    ignore_changes = [ami]
  }

  depends_on = [aws_route.internet]
}

resource "aws_route" "nat_instance" {
  for_each = var.nat == "instance" ? toset(local.zones) : toset([])

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = aws_instance.nat[0].primary_network_interface_id
}

# Status checks of machine and system; no data, once it has switched itself off, counts as failed.
resource "aws_cloudwatch_metric_alarm" "nat_instance" {
  count = local.nat_instance_count

  alarm_name          = "${var.name}-nat-instance"
  alarm_description   = "The NAT instance fails its checks or is off: pods and nodes reach nothing outside. ${local.nat_runbook}"
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  dimensions          = { InstanceId = aws_instance.nat[0].id }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
}
