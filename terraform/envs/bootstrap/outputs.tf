output "backend" {
  description = "Content of backend.hcl in every root; bin/init adds the key. terraform output -raw backend > backend.hcl"
  value       = <<-HCL
    bucket         = "${module.state.bucket}"
    region         = "${var.region}"
    dynamodb_table = "${module.state.lock_table}"
  HCL
}

output "image_repository" {
  description = "What an image reference starts with."
  value       = module.registry.repository_url
}

output "role_arns" {
  description = "Environment to the ARNs of its roles plan, apply, deploy and rollback."
  value       = { for environment, roles in module.github_oidc : environment => roles.role_arns }
}

output "boundary_arns" {
  description = "Environment to the ARN of the permissions boundary of its roles."
  value       = { for environment, roles in module.github_oidc : environment => roles.boundary_arn }
}

# Nothing here is secret: GitHub's token says which job it is, and AWS gives the role by that. AWS_PLAN_ROLE_<ENV>, which
# switches the workflows of an environment on, comes when the environment is there (terraform/README.md, step 7).
output "github_commands" {
  description = "Commands that make the GitHub environments, variables and settings: terraform output -raw github_commands"
  value = join("\n", concat(
    [
      # Off by default; without it the button `rollback` cannot open its pull request.
      "gh api --method PUT repos/${var.repository.owner}/${var.repository.name}/actions/permissions/workflow -f default_workflow_permissions=read -F can_approve_pull_request_reviews=true",
    ],
    flatten([
      for environment, roles in module.github_oidc : [
        for github_environment, role in { (environment) = "deploy", "${environment}-infra" = "apply", "${environment}-rollback" = "rollback" } : [
          # By name: while no branch is protected, "protected branches" lets every branch in.
          "gh api --method PUT repos/${var.repository.owner}/${var.repository.name}/environments/${github_environment} -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'",
          "gh api --method POST repos/${var.repository.owner}/${var.repository.name}/environments/${github_environment}/deployment-branch-policies -f name=main",
          "gh variable set AWS_ROLE --repo ${var.repository.owner}/${var.repository.name} --env ${github_environment} --body ${roles.role_arns[role]}",
          "gh variable set AWS_REGION --repo ${var.repository.owner}/${var.repository.name} --env ${github_environment} --body ${var.region}",
        ]
      ]
    ]),
    [""],
  ))
}
