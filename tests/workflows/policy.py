"""The rules that every workflow keeps: each returns a sentence for each place that breaks it."""

import re
from collections.abc import Callable, Iterator

from environments import with_account
from tests.workflows.workflow import Workflow

Rule = Callable[[Workflow], Iterator[str]]

LONGEST_RUN = 5  # lines; what is longer belongs where it is tested
LONGEST_JOB = 120  # minutes
TAKES_A_ROLE = "aws-actions/configure-aws-credentials@"
CHANGES_AN_ENVIRONMENT = {"deliver.yml", "infrastructure.yml", "power.yml", "release.yml"}
REVIEWED = {each.name for each in with_account() if each.reviewed}
OWN_CODE_ONLY = "github.event.pull_request.head.repo.full_name == github.repository"


def no_stored_key(workflow: Workflow) -> Iterator[str]:
    """AWS is reached by OIDC; no secret exists but the token that GitHub makes for a run."""
    for name in re.findall(r"secrets\.(\w+)|secrets\[", workflow.text):
        if name != "GITHUB_TOKEN":
            yield f"reads the secret {name}"
    for found in re.findall(
        r"(?i)secrets:\s*inherit|aws[-_](?:access[-_]key[-_]id|secret[-_]access[-_]key)", workflow.text
    ):
        yield f"hands on {found}"


def pinned_actions(workflow: Workflow) -> Iterator[str]:
    """A tag can be moved, as trivy-action's were in March 2026; a commit cannot, and the comment says which it is."""
    for line in re.findall(r"^\s*(?:- )?uses: (.*)$", workflow.text, re.MULTILINE):
        if not line.startswith("./") and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line):
            yield f"{line} is not pinned by commit and version"


def reasoned_permissions(workflow: Workflow) -> Iterator[str]:
    """Nothing at the top; each job names what it needs, and each grant why."""
    if workflow.content.get("permissions") != {}:
        yield "the top level grants something"
    for name, job in workflow.jobs.items():
        if "permissions" not in job:
            yield f"{name} does not say what it may"
    for line in re.findall(r"^ +[a-z-]+: (?:read|write)\b.*$", workflow.text, re.MULTILINE):
        if not re.search(r" # \w+.*", line):
            yield f"{line.strip()} has no reason"


def bounded_jobs(workflow: Workflow) -> Iterator[str]:
    """GitHub's own limit is six hours."""
    for name, job in workflow.jobs.items():
        if "runs-on" in job and not 0 < job.get("timeout-minutes", 0) <= LONGEST_JOB:
            yield f"{name} may run for {job.get('timeout-minutes', 'six hours')}"


def uncancelled_deploys(workflow: Workflow) -> Iterator[str]:
    """What an event starts stands in a queue, and what changes an environment is never cut off; a wait for people is no
    queue, or the environments before it would wait too."""
    if set(workflow.events) == {"workflow_call"}:
        if "concurrency" in workflow.content:
            yield "the caller's group counts"
        return
    whole = workflow.content.get("concurrency")
    deploys = {name: job for name, job in workflow.jobs.items() if "environment" in job}
    deploys |= {name: job for name, job, file in workflow.calls if file in CHANGES_AN_ENVIRONMENT}
    if (whole is None and not deploys) or (whole is not None and not {"group", "cancel-in-progress"} <= set(whole)):
        yield "no concurrency group, or it does not say whether it cancels"
    for name, job in deploys.items():
        queue = job.get("concurrency", whole)
        if queue is None and job.get("with", {}).get("environment") not in REVIEWED:
            yield f"{name}: no queue for an environment without reviewers"
        if queue is not None and queue.get("cancel-in-progress") is not False:
            yield f"{name}: a deploy could be cancelled"
        if queue is not None and job.get("with", {}).get("environment") in REVIEWED:
            yield f"{name}: a wait for reviewers would hold a queue"


def no_interpolation(workflow: Workflow) -> Iterator[str]:
    """A branch may be called `$(curl …)`: values reach a shell through its environment alone."""
    for name, step in workflow.steps:
        if "${{" in step.get("run", ""):
            yield f"{name}: an expression inside a script: {step['run'].strip()}"


def short_scripts(workflow: Workflow) -> Iterator[str]:
    """Logic lives in make targets and modules, which have tests and run on a laptop."""
    for name, step in workflow.steps:
        if len(step.get("run", "").strip().splitlines()) > LONGEST_RUN:
            yield f"{name}: more than {LONGEST_RUN} lines"


def strict_shell(workflow: Workflow) -> Iterator[str]:
    """Without `shell: bash` GitHub leaves pipefail out, and a failed command before a pipe passes."""
    scripted = any("run" in step for _, step in workflow.steps)
    if scripted and workflow.content.get("defaults", {}).get("run", {}).get("shell") != "bash":
        yield "the default shell is not bash"


def no_role_for_forks(workflow: Workflow) -> Iterator[str]:
    """Code of somebody else never runs with a role or with this repository's token."""
    for event in {"pull_request_target", "workflow_run", "issue_comment"} & set(workflow.events):
        yield f"{event} runs beside foreign code with this repository's rights"
    reachable = {"pull_request", "workflow_call"} & set(workflow.events)
    for name, step in workflow.steps:
        job = workflow.jobs[name]
        takes = reachable and TAKES_A_ROLE in step.get("uses", "") and "environment" not in job
        if takes and OWN_CODE_ONLY not in job.get("if", ""):
            yield f"{name}: a fork's pull request could take the role"


def chosen_runner(workflow: Workflow) -> Iterator[str]:
    """What speaks to a cluster runs where the cluster can be reached, and knows it from make kubeconfig alone."""
    for name, step in workflow.steps:
        if "update-kubeconfig" in step.get("run", ""):
            yield f"{name}: kubeconfig comes from make kubeconfig"
        if "make kubeconfig" in step.get("run", ""):
            job = workflow.jobs[name]
            if "vars.DEPLOY_RUNNER" not in str(job["runs-on"]):
                yield f"{name}: not on vars.DEPLOY_RUNNER"
            if job.get("env", {}).get("KUBECONFIG") != ".local/kubeconfig-${{ inputs.environment }}":
                yield f"{name}: does not use the file that make kubeconfig writes"


RULES: tuple[Rule, ...] = (
    no_stored_key,
    pinned_actions,
    reasoned_permissions,
    bounded_jobs,
    uncancelled_deploys,
    no_interpolation,
    short_scripts,
    strict_shell,
    no_role_for_forks,
    chosen_runner,
)
