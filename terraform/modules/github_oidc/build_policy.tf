# The part of the apply role that builds. Two ways to say whose something is: its name, or its tag; a new thing must be
# given the tag in the same call. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
data "aws_iam_policy_document" "build" {
  #checkov:skip=CKV_AWS_356:EC2, ACM and KMS give IDs of their own: their resources are told by the tag in the condition
  #checkov:skip=CKV_AWS_109:Keys and rules of security groups are managed where they carry the environment's tag
  #checkov:skip=CKV_AWS_111:As above
  statement {
    sid       = "BuildNamed"
    actions   = ["budgets:*", "cloudwatch:*", "eks:*", "lambda:*", "logs:*", "rds:*", "scheduler:*", "sns:*", "wafv2:*"]
    resources = local.named
  }

  # AWS's own, to which a database refers.
  statement {
    sid       = "UseDefaultOptions"
    actions   = ["rds:CreateDBInstance", "rds:ModifyDBInstance"]
    resources = ["${local.prefix_of.rds}:og:default:*"]
  }

  # A web ACL is made with AWS's lists of rules, and set before the load balancer, which its controller has tagged.
  # https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
  statement {
    sid       = "UseManagedRules"
    actions   = ["wafv2:CreateWebACL", "wafv2:UpdateWebACL"]
    resources = ["${local.prefix_of.wafv2}:regional/managedruleset/*"]
  }

  statement {
    sid       = "SetWebAcl"
    actions   = ["elasticloadbalancing:SetWebAcl", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource"]
    resources = ["${local.prefix_of.elasticloadbalancing}:loadbalancer/app/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [var.environment]
    }
  }

  # Saved queries know no resource and hold no data.
  statement {
    sid       = "SaveQueries"
    actions   = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"]
    resources = ["*"]
  }

  statement {
    sid = "MakeTagged"
    actions = [
      "acm:RequestCertificate",
      "ec2:AllocateAddress",
      "ec2:AuthorizeSecurityGroup*",
      "ec2:CreateFlowLogs",
      "ec2:CreateInternetGateway",
      "ec2:CreateLaunchTemplate",
      "ec2:CreateNatGateway",
      "ec2:CreateRouteTable",
      "ec2:CreateSecurityGroup",
      "ec2:CreateSubnet",
      "ec2:CreateVpc",
      "ec2:CreateVpcEndpoint",
      "ec2:RunInstances",
      "eks:CreateCluster",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [var.environment]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  # Tags are what these rights hang on, so a tag comes with the call that makes the thing, and never later …
  statement {
    sid       = "TagWhatIsMade"
    actions   = ["acm:AddTagsToCertificate", "ec2:CreateTags"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [var.environment]
    }

    condition {
      test     = "StringLikeIfExists"
      variable = "ec2:CreateAction"
      values   = ["AllocateAddress", "AuthorizeSecurityGroup*", "Create*", "RunInstances"]
    }

    condition {
      test     = "Null"
      variable = "ec2:CreateAction"
      values   = ["false"]
    }
  }

  # … but for two things that AWS makes without: the group that comes with a VPC, and the volume that comes with the NAT
  # instance.
  statement {
    sid       = "TagWhatCameAlong"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.prefix_of.ec2}:security-group/*", "${local.prefix_of.ec2}:volume/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [var.environment]
    }
  }

  # KeepTagged: what carries the tag is the environment's, whatever its ID.
  statement {
    sid       = "KeepTagged"
    actions   = ["acm:*", "ec2:*", "iam:*OpenIDConnectProvider*", "kms:*"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [var.environment]
    }
  }

  # Parts of a machine without a tag: its image, and what starts with it.
  statement {
    sid       = "RunInstances"
    actions   = ["ec2:RunInstances"]
    resources = [for kind in ["network-interface/*", "volume/*"] : "${local.prefix_of.ec2}:${kind}"]
  }

  statement {
    sid       = "RunAnyImage"
    actions   = ["ec2:RunInstances"]
    resources = ["arn:aws:ec2:${var.region}::image/*"]
  }

  # The group that EKS makes for the cluster: it carries EKS's own tag.
  statement {
    sid       = "OpenClusterGroup"
    actions   = ["ec2:AuthorizeSecurityGroup*", "ec2:RevokeSecurityGroup*", "ec2:RunInstances"]
    resources = ["${local.prefix_of.ec2}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/aws:eks:cluster-name"
      values   = [local.name]
    }
  }

  statement {
    sid       = "NameKey"
    actions   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
    resources = ["arn:aws:kms:${var.region}:${var.account_id}:alias/${local.name}"]
  }

  statement {
    sid       = "TrustTheCluster"
    actions   = ["iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"]
    resources = [local.issuers]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [var.environment]
    }
  }

  dynamic "statement" {
    for_each = local.zone_arns

    content {
      sid       = "ChangeOwnNames"
      actions   = ["route53:ChangeResourceRecordSets"]
      resources = [statement.value]

      # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
      condition {
        test     = "ForAllValues:StringLike"
        variable = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
        values   = [var.zone.domain, "*.${var.zone.domain}"]
      }
    }
  }

  statement {
    sid       = "WaitForNames"
    actions   = ["route53:GetChange"]
    resources = ["arn:aws:route53:::change/*"]
  }
}
