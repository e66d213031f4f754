"""What needs no account: format, validity, and rules of the house that can be read from the files."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.terraform.terraform import ENVIRONMENTS, SOURCE, Terraform, copy_tree

MODULES = sorted(path.parent.name for path in SOURCE.glob("modules/*/main.tf"))
ROOTS = ["bootstrap", *ENVIRONMENTS]
FILES = sorted(path for path in SOURCE.rglob("*.tf") if ".terraform" not in path.parts)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, lambda_package: Path) -> Path:
    return copy_tree(tmp_path_factory.mktemp("static") / "terraform")


@pytest.mark.ci
def test_every_file_is_formatted(tree: Path) -> None:
    finished = Terraform(tree, ".")("fmt", "-check", "-recursive", "-diff")
    assert finished.status == 0, f"mend it: terraform fmt -recursive terraform\n{finished.output}"


@pytest.mark.ci
@pytest.mark.parametrize("root", ROOTS)
def test_every_root_is_valid_with_the_locked_provider_and_passes_its_own_tests(tree: Path, root: str) -> None:
    terraform = Terraform(tree, f"envs/{root}")
    terraform.init("-backend=false", "-lockfile=readonly")
    terraform.succeed("validate")
    terraform.succeed("test", timeout=900)


@pytest.mark.ci
@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_valid_and_passes_its_own_tests(tree: Path, module: str) -> None:
    terraform = Terraform(tree, f"modules/{module}")
    terraform.init("-backend=false")
    terraform.succeed("validate")
    terraform.succeed("test", timeout=900)


def test_the_modules_of_the_design_are_there() -> None:
    wanted = "environment state network database registry cluster secrets github_oidc dns observability budget waf"
    assert sorted(wanted.split()) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_the_same_files(module: str) -> None:
    folder = SOURCE / "modules" / module
    for name in ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"):
        assert (folder / name).is_file(), f"{module} lacks {name}"
    assert list(folder.glob("tests/*.tftest.hcl"))


def blocks(text: str, kind: str) -> dict[str, str]:
    """Return name to body of all top-level blocks of one kind; formatted files end a block with a brace in column 0."""
    return dict(re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("file", [path for path in FILES if path.name in {"variables.tf", "outputs.tf"}], ids=str)
def test_every_variable_and_output_is_described(file: Path) -> None:
    text = file.read_text()
    for kind in ("variable", "output"):
        for name, body in blocks(text, kind).items():
            assert re.search(r'^  description = ".{10,}"$', body, re.MULTILINE), f"{file}: {name}"
            assert kind == "output" or "  type " in body, f"{file}: {name} has no type"


@pytest.mark.parametrize("folder", [*(f"modules/{name}" for name in MODULES), "envs/bootstrap"])
def test_every_validation_has_a_case_that_it_refuses(folder: str) -> None:
    module = SOURCE / folder
    tests = (module / "tests" / "validations.tftest.hcl").read_text()
    for name, body in blocks((module / "variables.tf").read_text(), "variable").items():
        wanted, found = body.count("validation {"), len(re.findall(rf"expect_failures = \[var\.{name}\b", tests))
        assert found == wanted, f"{folder}: {name} has {wanted} validations and {found} failing cases"


def test_terraform_holds_no_secret_value() -> None:
    for file in FILES:
        assert not re.search(r'(resource|data) "aws_secretsmanager_secret_version"', file.read_text()), file


def test_nothing_in_the_modules_exists_for_tests() -> None:
    for file in FILES:
        found = re.search(
            r"127\.0\.0\.1|localhost|moto|skip_credentials|skip_requesting|endpoints\s*{", file.read_text()
        )
        assert found is None, f"{file}: {found}"


def test_environments_differ_in_values_alone() -> None:
    """Of a folder's files only the values differ, so that copying it makes an environment."""
    assert ENVIRONMENTS
    for name in ("main.tf", ".terraform.lock.hcl"):
        assert len({(SOURCE / "envs" / each / name).read_bytes() for each in ENVIRONMENTS}) == 1, name
    for environment in ENVIRONMENTS:
        tracked = {path.name for path in (SOURCE / "envs" / environment).glob("*.tf*") if path.is_file()}
        assert tracked - {"terraform.tfvars"} == {
            "main.tf",
            "settings.auto.tfvars",
            "versions.auto.tfvars",
            "terraform.tfvars.example",
        }


def test_no_module_asks_which_environment_it_is() -> None:
    """A new environment is no new case: modules compare values, never names."""
    for file in FILES:
        names = "|".join(ENVIRONMENTS)
        assert not re.search(rf'(==|!=)\s*"({names})"|"({names})"\s*(==|!=)', file.read_text()), file


def test_no_root_names_the_state_of_an_environment() -> None:
    """A key in a file is copied with the file; terraform/bin passes it from the folder's name instead."""
    for environment in ENVIRONMENTS:
        text = (SOURCE / "envs" / environment / "main.tf").read_text()
        assert "tfstate" not in re.sub(r"#.*", "", text)
        assert not re.search(r"^\s*key\s*=", text, re.MULTILINE)


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
# equals its default must be pending-reboot: AWS keeps it so, and a plan would change it for ever.
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


def test_no_file_is_longer_than_its_concept() -> None:
    generated = {"outputs.tf", "variables.tf"}  # lists of contracts: one entry after the other
    long = {str(f): n for f in FILES if f.name not in generated and (n := len(f.read_text().splitlines())) > 200}
    assert long == {}


def test_the_lambda_package_holds_the_same_pins_as_the_service() -> None:
    locked = (SOURCE.parent / "requirements" / "main.txt").read_text()
    wanted = (SOURCE / "lambda" / "requirements.txt").read_text()
    for name in ("psycopg", "psycopg-binary", "typing-extensions"):
        pin = re.search(rf"^{name}==([\w.]+)", wanted, re.MULTILINE)
        assert pin, name
        assert f"{name}=={pin[1]} " in locked, (
            f"terraform/lambda/requirements.txt: {name} differs from requirements/main.txt"
        )
    hashes = set(re.findall(r"sha256:\w+", wanted))
    assert hashes <= set(re.findall(r"sha256:\w+", locked))


def test_the_readme_names_as_an_administrator_s_only_what_the_apply_role_may_not_do() -> None:
    section = (
        (SOURCE / "README.md").read_text().partition("## What an administrator applies\n")[2].partition("\n## ")[0]
    )
    named = re.findall(r"`((?:secretsmanager|iam|ecr):\w+)`", section)
    policy = (SOURCE / "modules/github_oidc/apply_policy.tf").read_text()
    allowed = re.findall(r'"([a-z]+:[\w*]+)"', policy)
    assert len(named) > 3
    assert [action for action in named if any(fnmatch(action, pattern) for pattern in allowed)] == []


def test_module_readmes_are_up_to_date() -> None:
    finished = subprocess.run(
        [sys.executable, str(SOURCE / "module_readmes.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
