data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:A new zone gets the next letter, and only the first zone_count names are taken
  state = "available"

  # Zones in which EKS makes no control plane:
  # https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html (subnet requirements)
  exclude_zone_ids = ["cac1-az3", "use1-az3", "usw1-az2"]

  # Local zones and wavelength zones have no EKS control plane.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  zones = slice(data.aws_availability_zones.available.names, 0, var.zone_count)

  # Of a /16: private /20 blocks at the bottom (4,091 addresses a zone: prefix delegation takes 16 at a time and every
  # Fargate pod one), public and database /24 blocks from the middle, so that a third zone never moves the first two.
  private_cidrs  = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 4, index) }
  public_cidrs   = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 8, 128 + index) }
  database_cidrs = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 8, 144 + index) }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:Flow logs are a variable (flow_log_retention_days): on in prod, off in dev, where they would bill by the gigabyte and nobody reads them
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }
}

# Nothing uses the default group, and nothing can by accident: it has no rule.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-default-closed" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = var.name }
}

# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
resource "aws_subnet" "public" {
  for_each = local.public_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                     = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_subnet" "private" {
  for_each = local.private_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                              = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
  }
}

resource "aws_subnet" "database" {
  for_each = local.database_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-database-${each.key}" }
}
