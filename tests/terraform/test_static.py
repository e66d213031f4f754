"""Checks without an account: format, validity, and rules of the house that can be read from the files."""

import re
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.terraform.evidence import differences, joined, readable
from tests.terraform.processes import stop
from tests.terraform.terraform import ENVIRONMENTS, SOURCE, Terraform, copy_tree

MODULES = sorted(path.parent.name for path in SOURCE.glob("modules/*/main.tf"))
ROOTS = ["bootstrap", *ENVIRONMENTS]
FILES = sorted(path for path in SOURCE.rglob("*.tf") if ".terraform" not in path.parts)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, lambda_package: Path) -> Path:
    return copy_tree(tmp_path_factory.mktemp("static") / "terraform")


@pytest.fixture(scope="module")
def attached(tree: Path) -> Iterator[dict[str, str]]:
    """One provider for the tests of all roots and modules: each of their 160 runs starts its own otherwise."""
    root = Terraform(tree, "envs/bootstrap")
    root.init("-backend=false", "-lockfile=readonly")
    process = root.serve_provider()
    yield root.attached
    stop(process)
    if process.stdout:
        process.stdout.close()


@pytest.mark.ci
def test_every_file_is_formatted(tree: Path) -> None:
    finished = Terraform(tree, ".")("fmt", "-check", "-recursive", "-diff")
    assert finished.status == 0, f"fix it: terraform fmt -recursive terraform\n{finished.output}"


@pytest.mark.ci
@pytest.mark.parametrize("root", ROOTS)
def test_every_root_is_valid_with_the_locked_provider_and_passes_its_own_tests(
    tree: Path, attached: dict[str, str], root: str
) -> None:
    terraform = Terraform(tree, f"envs/{root}")
    terraform.init("-backend=false", "-lockfile=readonly")
    terraform.attached = attached
    terraform.succeed("validate")
    terraform.succeed("test", timeout=900)


@pytest.mark.ci
@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_valid_and_passes_its_own_tests(tree: Path, attached: dict[str, str], module: str) -> None:
    terraform = Terraform(tree, f"modules/{module}")
    terraform.init("-backend=false")
    terraform.attached = attached
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
    tests = "".join(file.read_text() for file in module.glob("tests/*.tftest.hcl"))
    refused = re.findall(r"\bvar\.(\w+)", " ".join(re.findall(r"expect_failures = \[(.*?)\]", tests, re.DOTALL)))
    for name, body in blocks((module / "variables.tf").read_text(), "variable").items():
        wanted, found = body.count("validation {"), refused.count(name)
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


def test_the_lambda_package_is_the_same_on_every_machine(tmp_path: Path) -> None:
    """Stored, not compressed: zlib and zlib-ng make different bytes of the same files, and a plan compares the hash."""
    from build_lambda import pack  # noqa: PLC0415 (terraform/ comes into the path with the fixtures)

    for name in ("a.py", "b.py", "lib.so.5.17", "notes.txt"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(name * 1000)
    pack([tmp_path / "in"], tmp_path / "first.zip")
    (tmp_path / "in" / "a.py").touch()
    pack([tmp_path / "in"], tmp_path / "second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "first.zip") as archive:
        assert archive.namelist() == ["a.py", "b.py", "lib.so.5.17"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_every_alarm_tells_the_topic_and_names_a_runbook_that_is_there() -> None:
    alarms = [
        (file.name, block)
        for file in SOURCE.glob("modules/*/*.tf")
        for block in re.findall(r'^resource "aws_cloudwatch_metric_alarm".*?^}', file.read_text(), re.M | re.S)
    ]
    assert alarms
    for name, block in alarms:
        assert re.search(r"alarm_actions +=\s\[(aws_sns_topic\.alarms\.arn|var\.alarm_topic_arn)\]", block), name
        assert re.search(r"ok_actions +=\s\[(aws_sns_topic\.alarms\.arn|var\.alarm_topic_arn)\]", block), name
    texts = [file.read_text() for file in SOURCE.glob("modules/*/*.tf") if "metric_alarm" in file.read_text()]
    named = {runbook for text in texts for runbook in re.findall(r"docs/runbooks/[a-z0-9-]+\.md", text)}
    assert len(named) >= 5
    assert [runbook for runbook in named if not (SOURCE.parent / runbook).exists()] == []


def test_the_evidence_says_of_each_change_whether_it_was_done() -> None:
    printed = """
  # aws_iam_role.web will be created
  + resource "aws_iam_role" "web" {
      + arn                = (known after apply)
      + assume_role_policy = jsonencode(
            {
              + Version = "2012-10-17"
            }
        )
      + roles              = [
          + "one",
        ]
      + inline_policy (known after apply)
    }

  # aws_vpc.this will be created
  + resource "aws_vpc" "this" {
      + cidr_block = "10.0.0.0/16"
    }

aws_iam_role.web: Creating...
aws_iam_role.web: Creation complete after 3s [id=web]
"""
    assert readable(printed).splitlines() == [
        "  # aws_iam_role.web will be created: done [id=web]",
        "      + assume_role_policy = jsonencode(…)",
        '      + roles              = [ "one" ]',
        "  # aws_vpc.this will be created",
        '      + cidr_block = "10.0.0.0/16"',
    ]


def test_the_evidence_shows_of_a_resource_what_differs_from_another_environment_or_its_first_instance() -> None:
    other = """\
  # aws_db_instance.this will be created: done [id=prod]
      + class    = "small"
      + multi_az = true
Outputs:
  "class" = "small"
  "domain" = ""
"""
    text = """\
  # aws_db_instance.this will be created: done [id=prod]
      + class    = "large"
      + multi_az = false
  # aws_subnet.this["a"] will be created
      + cidr = "10.0.0.0/24"
      + ipv6 = false
      + tags = {
          + "role" = "elb"
        }
  # aws_subnet.this["b"] will be created
      + cidr = "10.0.1.0/24"
      + ipv6 = true
  # aws_route.this["a"] will be created: done [id=1]
  # aws_route.this["b"] will be created: done [id=2]
Outputs:
  "class" = "small"
  "domain" = "example.com"
"""
    assert joined(differences(text, other)).splitlines() == [
        "  # aws_db_instance.this will be created: done [id=prod]",
        '      + class    = "large"',
        "      + multi_az = false",
        '  # aws_subnet.this["a"] will be created',
        '      + cidr = "10.0.0.0/24"',
        "      + tags = {",
        '          + "role" = "elb"',
        "        }",
        '  # aws_subnet.this["b"] will be created',
        '      + cidr = "10.0.1.0/24"',
        "      + ipv6 = true",
        "      tags: not set, or known after the apply",
        '  # aws_route.this["a", "b"] will be created: done',
        "Outputs:",
        '  "domain" = "example.com"',
    ]
