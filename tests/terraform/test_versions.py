"""Versions are pinned in one place an environment, and nothing is used that the next provider has removed."""

import re

from tests.terraform.terraform import ENVIRONMENTS, SOURCE

FILES = sorted(path for path in SOURCE.rglob("*.tf") if ".terraform" not in path.parts)

# Removed or renamed in 6.0 among the resources and data sources here, from the provider's own upgrade guide
# (hashicorp/terraform-provider-aws, website/docs/guides/version-6-upgrade.html.markdown): pattern to what to write.
REMOVED_IN_6 = {
    r"data\.aws_region\.\w+\.name": "id",
    r"\bvpc\s*=\s*true": "domain (aws_eip)",
    r"\bresolve_conflicts\s*=": "resolve_conflicts_on_create and _on_update (aws_eks_addon)",
    r"\blog_group_name\s*=\s*aws_cloudwatch_log_group\.flow": "log_destination (aws_flow_log)",
    r"\bcpu_core_count\b|\bcpu_threads_per_core\b": "cpu_options (aws_instance)",
    r"\belastic_gpu_specifications\b|\belastic_inference_accelerator\b": "nothing (aws_launch_template)",
    r"\bcharacter_set_name\b": "nothing beside a snapshot (aws_db_instance)",
    r"\binstance_id\s*=.*aws_ssm_association": "targets (aws_ssm_association)",
    r"\bs3_us_east_1_regional_endpoint\b|\bsimpledb\b|\bworklink\b|\bopsworks\b": "nothing (provider)",
    r"aws_s3_bucket\.\w+\.region\b": "bucket_region",
    r"\benable_machine_learning\b": "said explicitly (aws_wafv2_web_acl: its default changed)",
}


def test_no_argument_is_used_that_version_6_of_the_provider_removed() -> None:
    for file in FILES:
        text = re.sub(r"#.*", "", file.read_text())
        for pattern, instead in REMOVED_IN_6.items():
            assert not re.search(pattern, text), f"{file}: {pattern}; write {instead}"


def test_every_module_and_root_allows_the_same_provider_and_the_roots_lock_one() -> None:
    for file in [
        *SOURCE.glob("modules/*/versions.tf"),
        *SOURCE.glob("envs/*/main.tf"),
        *SOURCE.glob("envs/*/versions.tf"),
    ]:
        if "required_providers" in file.read_text():
            assert 'version = ">= 5.100, < 7"' in file.read_text(), file
    for lock in SOURCE.glob("envs/*/.terraform.lock.hcl"):
        assert 'version     = "5.100.0"' in lock.read_text(), lock


# AWS's defaults in the family postgres18 of what the parameter group names, and where that was read. A value that
# equals its default must be pending-reboot: AWS keeps it so, and every plan would change it.
AWS_DEFAULTS = {
    "rds.force_ssl": (
        "1",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
    ),
    "shared_preload_libraries": (
        "pg_stat_statements",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html",
    ),
    "statement_timeout": ("0", "https://www.postgresql.org/docs/18/runtime-config-client.html"),
    "lock_timeout": ("0", "https://www.postgresql.org/docs/18/runtime-config-client.html"),
    "idle_in_transaction_session_timeout": (
        "86400000",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html",
    ),
    "log_min_duration_statement": ("-1", "https://www.postgresql.org/docs/18/runtime-config-logging.html"),
}


def test_a_parameter_that_equals_aws_s_default_waits_for_a_reboot_and_the_others_do_not() -> None:
    text = (SOURCE / "modules/database/parameters.tf").read_text()
    stated = re.findall(r'"([\w.]+)"\s+= { value = "([^"]+)", apply_method = "([\w-]+)" }', text)
    assert {name for name, _, _ in stated} == set(AWS_DEFAULTS), "add its default, and where you read it"
    for name, value, method in stated:
        wanted = "pending-reboot" if value == AWS_DEFAULTS[name][0] else "immediate"
        assert method == wanted, f"{name} = {value}: AWS's default is {AWS_DEFAULTS[name]}"


def test_what_runs_is_said_in_one_file_of_each_environment() -> None:
    """Nothing else names a version, so that a pull request to that file is the whole upgrade."""
    for environment in ENVIRONMENTS:
        text = (SOURCE / "envs" / environment / "versions.auto.tfvars").read_text()
        assert set(re.findall(r"^  (\w+) +=", text, re.MULTILINE)) >= {
            "kubernetes",
            "node_release",
            "addons",
            "postgresql",
            "lambda_runtime",
        }
    for file in FILES:
        if file.name != "variables.tf":
            assert not re.search(r'"(v[0-9.]+-eksbuild|python3\.|1\.3[0-9]\b)', re.sub(r"#.*", "", file.read_text())), (
                file
            )


def test_the_cluster_autoscaler_has_the_minor_version_of_kubernetes() -> None:
    """While an upgrade moves through the environments, that of one of them."""
    text = (SOURCE.parent / "platform/values/cluster-autoscaler.yaml").read_text()
    tag = re.search(r"^  tag: v([\d.]+)\.\d+$", text, re.MULTILINE)
    assert tag
    files = [(SOURCE / "envs" / environment / "versions.auto.tfvars").read_text() for environment in ENVIRONMENTS]
    assert any(f'kubernetes = "{tag[1]}"' in file for file in files)


def test_the_package_is_built_for_the_runtime_that_runs_it() -> None:
    wanted = re.search(r'"--python-version", "([\d.]+)"', (SOURCE / "build_lambda.py").read_text())
    assert wanted
    for environment in ENVIRONMENTS:
        text = (SOURCE / "envs" / environment / "versions.auto.tfvars").read_text()
        assert f'lambda_runtime = "python{wanted[1]}"' in text
