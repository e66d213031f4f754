"""Every workflow keeps every rule of policy.py, and every rule catches what it is there for."""

from pathlib import Path

import pytest

from environments import with_account
from tests.workflows import policy
from tests.workflows.policy import RULES, Rule
from tests.workflows.workflow import ROOT, WORKFLOWS, Workflow

ENVIRONMENTS = with_account()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_every_workflow_keeps_the_rule(rule: Rule) -> None:
    found = {name: list(rule(workflow)) for name, workflow in WORKFLOWS.items()}
    assert {name: broken for name, broken in found.items() if broken} == {}, rule.__doc__


# A workflow that keeps all rules; each counter-example changes one line of it.
GOOD = """
name: x
on: {pull_request: }
permissions: {}
concurrency: {group: x, cancel-in-progress: false}
defaults: {run: {shell: bash}}
jobs:
  a:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # check the code out
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: make check
"""
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
ROLE = "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3"

QUEUED, REVIEWED = (next(each.name for each in ENVIRONMENTS if each.reviewed is people) for people in (False, True))

COUNTER_EXAMPLES: list[tuple[Rule, str, str]] = [
    (policy.no_stored_key, "make check", "make check # ${{ secrets.AWS_KEY }}"),
    (policy.no_stored_key, "make check", "make check\n        with: {aws-access-key-id: x}"),
    (policy.no_stored_key, "run: make check", "secrets: inherit"),
    (policy.pinned_actions, CHECKOUT, "actions/checkout@v7"),
    (policy.pinned_actions, CHECKOUT, CHECKOUT.replace(" # v7.0.1", "")),
    (policy.pinned_actions, CHECKOUT, CHECKOUT.replace("# v7.0.1", "# v7")),
    (policy.pinned_actions, CHECKOUT, "docker://alpine:latest"),
    (policy.reasoned_permissions, "permissions: {}", "permissions: read-all"),
    (policy.reasoned_permissions, "permissions: {}\n", ""),
    (policy.reasoned_permissions, "contents: read # check the code out", "contents: read"),
    (policy.reasoned_permissions, "    permissions:\n      contents: read # check the code out\n", ""),
    (policy.bounded_jobs, "    timeout-minutes: 5\n", ""),
    (policy.bounded_jobs, "timeout-minutes: 5", "timeout-minutes: 360"),
    (policy.uncancelled_deploys, "concurrency: {group: x, cancel-in-progress: false}\n", ""),
    (policy.uncancelled_deploys, "{group: x, cancel-in-progress: false}", "{group: x}"),
    (
        policy.uncancelled_deploys,
        "false}\ndefaults: {run: {shell: bash}}\njobs:\n  a:\n",
        "true}\ndefaults: {run: {shell: bash}}\njobs:\n  a:\n    environment: prod\n",
    ),
    (
        policy.uncancelled_deploys,
        "concurrency: {group: x, cancel-in-progress: false}\ndefaults: {run: {shell: bash}}\njobs:\n  a:\n",
        f"jobs:\n  a:\n    uses: ./.github/workflows/deliver.yml\n    with: {{environment: {QUEUED}}}\n",
    ),
    (
        policy.uncancelled_deploys,
        "jobs:\n  a:\n",
        f"jobs:\n  a:\n    uses: ./.github/workflows/deliver.yml\n    with: {{environment: {REVIEWED}}}\n",
    ),
    (policy.no_interpolation, "make check", 'echo "${{ github.head_ref }}"'),
    (policy.short_scripts, "make check", "|\n" + "          make check\n" * 6),
    (policy.strict_shell, "defaults: {run: {shell: bash}}\n", ""),
    (policy.no_role_for_forks, "{pull_request: }", "{pull_request_target: }"),
    (policy.no_role_for_forks, CHECKOUT, ROLE),
    (policy.chosen_runner, "make check", "make kubeconfig ENV=dev"),
    (policy.chosen_runner, "make check", "aws eks update-kubeconfig --name x"),
]


def test_a_workflow_that_keeps_all_rules_is_let_through() -> None:
    assert [sentence for rule in RULES for sentence in rule(Workflow("x.yml", GOOD))] == []


def test_each_rule_catches_what_it_is_there_for() -> None:
    for rule, old, new in COUNTER_EXAMPLES:
        assert old in GOOD
        assert list(rule(Workflow("x.yml", GOOD.replace(old, new, 1)))) != [], (rule.__name__, new)


def test_every_rule_has_a_counter_example() -> None:
    assert {rule for rule, _, _ in COUNTER_EXAMPLES} == set(RULES)


def test_a_rollback_shares_its_queue_with_nothing() -> None:
    groups = [
        workflow.content["concurrency"]["group"] for workflow in WORKFLOWS.values() if "concurrency" in workflow.content
    ]
    assert [group for group in groups if group.startswith("rollback")] == ["rollback-${{ inputs.environment }}"]


def test_an_environment_comes_behind_the_one_that_its_values_name_and_all_get_the_same_digest() -> None:
    cd = WORKFLOWS["cd.yml"].jobs
    assert WORKFLOWS["release.yml"].jobs["release"]["environment"] == "${{ inputs.environment }}"
    assert WORKFLOWS["infrastructure.yml"].jobs["apply"]["environment"] == "${{ inputs.environment }}-infra"
    deliveries = {name: job for name, job, file in WORKFLOWS["cd.yml"].calls if file == "deliver.yml"}
    assert list(deliveries) == [each.name for each in ENVIRONMENTS]
    for each in ENVIRONMENTS:
        job = cd[each.name]
        assert job["needs"] == ["image", *([each.after] if each.after else [])]
        assert job["with"] == {"environment": each.name, "digest": "${{ needs.image.outputs.digest }}"}


def test_nothing_is_pushed_or_signed_before_the_tests_have_passed() -> None:
    assert WORKFLOWS["cd.yml"].jobs["image"]["needs"] == "tests"


@pytest.mark.parametrize(
    ("file", "order"),
    [
        ("release.yml", ["pipeline.newer", "make release", "pipeline.released"]),
        ("infrastructure.yml", ["pipeline.newer", "terraform/bin/apply", "make platform"]),
    ],
)
def test_whether_the_image_is_older_is_asked_before_anything_moves(file: str, order: list[str]) -> None:
    scripts = [step.get("run", "") for _, step in WORKFLOWS[file].steps]
    places = [next(n for n, script in enumerate(scripts) if word in script) for word in order]
    assert places == sorted(places)


def test_the_image_is_scanned_before_it_is_pushed() -> None:
    steps = [step.get("uses", step.get("run", "")) for _, step in WORKFLOWS["image.yml"].steps]
    order = ["make image", "aquasecurity/trivy-action", "image_publication service:dev", "cosign sign", "attest-build"]
    places = [next(index for index, step in enumerate(steps) if word in step) for word in order]
    assert places == sorted(places)
    assert places[-1] == len(steps) - 1, "nothing waits for what a private repository may lack"


def test_each_tool_is_pinned_in_one_place() -> None:
    texts = {path: path.read_text() for path in (ROOT / ".github").rglob("*.yml")}
    for tool in ("setup-kubectl@", "setup-terraform@", "setup-helm@", "setup-python@"):
        assert len([path for path, text in texts.items() if tool in text]) == 1, tool


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github/actions").glob("*/action.yml")), ids=lambda path: path.parent.name
)
def test_what_an_action_of_this_repository_uses_is_pinned_too(path: Path) -> None:
    assert list(policy.pinned_actions(Workflow(path.name, path.read_text()))) == []


def test_a_private_repository_publishes_without_provenance_unless_it_says_that_it_may_keep_it() -> None:
    (attest,) = (step for _, step in WORKFLOWS["image.yml"].steps if "attest-build" in step.get("uses", ""))
    assert attest["if"] == "${{ !github.event.repository.private || vars.PROVENANCE == 'true' }}"
    assert "attestation" not in WORKFLOWS["release.yml"].text, "a release asks for the signature alone"
    assert "gh variable set PROVENANCE --body true" in (ROOT / "terraform/README.md").read_text()


def test_the_cluster_s_job_may_be_given_a_machine_with_more_processors() -> None:
    """A standard runner of a private repository has two, which the pods of these tests do not fit."""
    assert WORKFLOWS["tests.yml"].jobs["cluster"]["runs-on"] == "${{ vars.CLUSTER_RUNNER || 'ubuntu-24.04' }}"
