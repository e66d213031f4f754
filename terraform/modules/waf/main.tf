# A web ACL before the load balancer: AWS's lists of bad addresses and known attacks, and a limit an address. The service
# limits and refuses by itself (docs/adr/0004); this keeps a flood from its capacity and the bill from the flood.
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
locals {
  # In order. common counts in the log what it would block until somebody has looked: it refuses bodies above 8 KB, which
  # a service may have.
  groups = {
    AWSManagedRulesAmazonIpReputationList = { priority = 1, count_only = false }
    AWSManagedRulesKnownBadInputsRuleSet  = { priority = 2, count_only = false }
    AWSManagedRulesCommonRuleSet          = { priority = 3, count_only = true }
  }
}

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV2_AWS_31:Sampled requests show what was blocked; full logs bill by the gigabyte, and the load balancer's own metrics count
  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet, which holds Log4JRCE, is among the groups, in a form that the check does not read
  name        = var.name
  description = "Before the load balancer of ${var.name}"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "limit-an-address"
    priority = 0

    action {
      block {
        custom_response {
          response_code = 429
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = 1200 # requests a minute
        evaluation_window_sec = 60
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "limit-an-address"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.groups

    content {
      name     = rule.key
      priority = rule.value.priority

      override_action {
        dynamic "count" {
          for_each = rule.value.count_only ? [1] : []
          content {}
        }

        dynamic "none" {
          for_each = rule.value.count_only ? [] : [1]
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          name        = rule.key
          vendor_name = "AWS"
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }
}

# The load balancer is its controller's and comes after the first release; so does this. The controller leaves web ACLs
# alone (enableWafv2: false in platform/values/aws-load-balancer-controller.yaml).
resource "aws_wafv2_web_acl_association" "load_balancer" {
  for_each = var.load_balancer_arn == null ? {} : { this = var.load_balancer_arn }

  resource_arn = each.value
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}
