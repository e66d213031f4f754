mock_provider "aws" {
  source          = "../mocks"
  override_during = plan
}

variables {
  name = "acme-prod"
}

run "a_flood_from_one_address_is_refused_before_the_lists_are_asked" {
  command = plan

  assert {
    condition     = [for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit if rule.priority == 0] == [1200]
    error_message = "The first rule limits an address."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this.rule) == 4 && length(aws_wafv2_web_acl_association.load_balancer) == 0
    error_message = "Three lists follow, and nothing is associated before there is a load balancer."
  }
}

run "the_common_list_only_counts_until_somebody_has_looked" {
  command = plan

  assert {
    condition     = [for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].count) if rule.name == "AWSManagedRulesCommonRuleSet"] == [1]
    error_message = "It refuses bodies above 8 KB, which a service may have."
  }
}

run "the_load_balancer_gets_it_when_it_is_there" {
  command = plan

  variables {
    load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/k8s/1"
  }

  assert {
    condition     = length(aws_wafv2_web_acl_association.load_balancer) == 1
    error_message = "The load balancer is behind the web ACL."
  }
}
