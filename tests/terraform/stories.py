"""A client's steps in an account, from nothing to nothing, against the emulator; each step's result is kept."""

import json
import re
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from environments import ROOT, new
from tests.terraform.account import Account, emulated
from tests.terraform.left_behind import left_behind
from tests.terraform.processes import Finished, run
from tests.terraform.terraform import ACCOUNT, Terraform, copy_tree

_ACCOUNT: dict[str, Any] = {
    "account_id": ACCOUNT,
    "region": "us-east-1",
    "owner": "platform-team",
    "cost_centre": "1234",
    "email_addresses": ["team@example.com"],
}
_ACCESS: dict[str, Any] = {
    "admin_role_arns": [f"arn:aws:iam::{ACCOUNT}:role/Administrator"],
    "api_public_cidrs": ["198.51.100.0/24"],
    "on_call_principal_arns": [f"arn:aws:iam::{ACCOUNT}:role/OnCall"],
}
VARIABLES: dict[str, dict[str, Any]] = {
    "bootstrap": _ACCOUNT
    | {
        "repository": {"owner": "example", "owner_id": "1234567", "name": "todo", "id": "7654321"},
        "create_anomaly_monitor": True,
        "create_cost_allocation_tags": True,
        "force_destroy": True,
        "zones": {"prod": {"id": "Z0PROD", "domain": "todo.example.com"}},
    },
    "dev": {"account": _ACCOUNT, "access": _ACCESS | {"inbound_cidrs": ["198.51.100.0/24"]}},
    "prod": {
        "account": _ACCOUNT,
        "access": _ACCESS | {"inbound_cidrs": ["0.0.0.0/0"], "admin_cidrs": ["203.0.113.0/24"]},
        "dns": {"domain": "todo.example.com", "zone_name": "example.com", "create_zone": True},
    },
}
GUARD = "module.environment.terraform_data.environment"


class Locks(NamedTuple):
    """Locks on the state: rows in DynamoDB, lock files in the bucket."""

    rows: list[str]
    files: list[str]


@dataclass
class Story:
    """Results of a story: what each step printed, plans and states as JSON, seconds of each step."""

    outputs: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Any] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    lock_refusal: Finished | None = None
    refusals: dict[str, Finished] = field(default_factory=dict)
    locks: dict[str, Locks] = field(default_factory=dict)
    # The IAM action of every call between the bootstrap's two ends.
    called: set[str] = field(default_factory=set)
    left_behind: list[str] = field(default_factory=list)
    unanswered: str = ""


class Teller:
    """Runs the steps of one story in one account and one copy of the tree."""

    def __init__(self, account: Account, tree: Path) -> None:
        self.account = account
        self.story = Story()
        self._tree = tree
        self._calls_of_bootstrap = 0
        self._roots = {name: Terraform(tree, f"envs/{name}", account.endpoint) for name in VARIABLES}
        (tree.parent / "project.json").write_text(json.dumps({"name": account.project}))
        for name, root in self._roots.items():
            (root.folder / "terraform.tfvars.json").write_text(json.dumps(VARIABLES[name]))

    def bootstrap(self) -> None:
        """Apply with local state, move the state into the bucket, write backend.hcl for the other roots."""
        root = self._roots["bootstrap"]
        root.init()
        self.account.processes.append(root.serve_provider())
        for other in self._roots.values():
            other.attached = root.attached
        self.plan("bootstrap", "bootstrap")
        self.apply("bootstrap", "bootstrap")
        backend = root.succeed("output", "-raw", "backend")
        for other in self._roots.values():
            (other.folder / "backend.hcl").write_text(backend)
        (root.folder / "backend.tf").write_text((root.folder / "backend.tf.example").read_text())
        root.init("-backend-config=backend.hcl", "-migrate-state", "-force-copy")
        self.second_plan("bootstrap", "bootstrap")
        self._calls_of_bootstrap = len(self.account.called())

    def init(self, name: str) -> None:
        """Connect a root with its own state in the bucket, as every script does."""
        self.script("init", name)

    def script(self, script: str, name: str) -> None:
        """Run one of terraform/bin that needs no other program than Terraform."""
        environment = self._roots[name].environment
        finished = run([self._tree / "bin" / script, name], timeout=600, environment=environment)
        assert finished.status == 0, finished.output

    def set(self, name: str, setting: str, value: str) -> None:
        """Change one setting of an environment, as a person does in its file."""
        file = self._tree / "envs" / name / "settings.auto.tfvars"
        text, changed = re.subn(rf"(?m)^( *{setting} *=) .*$", rf"\1 {value}", file.read_text())
        assert changed == 1, f"{setting} is not in {file.name}"
        file.write_text(text)

    def copy(self, name: str, target: str) -> None:
        """Make an environment like another one, as `make environment` does, with the link to the other one's state."""
        root, envs = self._tree.parent, self._tree / "envs"
        for folder in ("environments", "kustomize/overlays"):
            shutil.copytree(ROOT / folder, root / folder, symlinks=True)
        new.copy(target, name, root)
        shutil.copytree(envs / name / ".terraform", envs / target / ".terraform", symlinks=True)
        shutil.copy(envs / name / "backend.hcl", envs / target)
        self._roots[target] = Terraform(self._tree, f"envs/{target}", self.account.endpoint)
        self._roots[target].attached = self._roots["bootstrap"].attached

    def refuse(self, name: str, *arguments: str) -> None:
        """Keep how a command ended that must be refused."""
        self.story.refusals[f"{arguments[0]} {name}"] = self._roots[name](*arguments)

    def plan(self, name: str, step: str, *options: str) -> None:
        """Keep the plan, as text and as JSON."""
        root = self._roots[name]
        self.story.outputs[step] = root.succeed("plan", "-out=step.tfplan", *options)
        self.story.plans[step] = root.json("show", "-json", "step.tfplan")

    def apply(self, name: str, step: str) -> None:
        """Apply the plan of this step for real; keep the text, the state and the outputs."""
        root, began = self._roots[name], time.monotonic()
        self.story.outputs[step] += root.succeed("apply", "step.tfplan", timeout=1800)
        self.story.seconds[step] = time.monotonic() - began
        self.story.states[step] = root.json("show", "-json")
        outputs = {key: output["value"] for key, output in root.json("output", "-json").items()}
        self.story.values[step] = outputs.get("values", outputs)

    def apply_while_another_tries(self, name: str, step: str) -> None:
        """Apply, and let a second apply try to start in the middle: the lock must refuse it."""
        root = self._roots[name]
        first = threading.Thread(target=self.apply, args=(name, step))
        first.start()
        deadline = time.monotonic() + 300  # the first one holds the locks for longer: the database alone takes 80 s
        while not all(held := self.locks()) and time.monotonic() < deadline:
            time.sleep(1)
        self.story.lock_refusal = root("apply", "-auto-approve", "-lock-timeout=0s")
        first.join(timeout=1800)
        self.story.locks = {"during": held, "after": self.locks()}

    def locks(self) -> Locks:
        """Return the locks that are held now, of both kinds."""
        table, s3 = self.account.client("dynamodb"), self.account.client("s3")
        (bucket,) = [each["Name"] for each in s3.list_buckets()["Buckets"]]
        rows = [row["LockID"]["S"] for row in table.scan(TableName=f"{self.account.project}-state-lock")["Items"]]
        files = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        # A row "…-md5" is the state's checksum, and stays.
        return Locks(
            [row.removeprefix(f"{bucket}/") for row in rows if not row.endswith("-md5")],
            [name for name in files if name.endswith(".tflock")],
        )

    def second_plan(self, name: str, step: str) -> None:
        """Keep what a plan straight after the apply would change."""
        self.plan(name, f"{step} again")

    def destroy(self, name: str, step: str) -> None:
        """Destroy for real."""
        began = time.monotonic()
        if name != "bootstrap":
            self._roots[name].succeed("state", "rm", GUARD)  # as terraform/bin/destroy does
        self.story.outputs[step] = self._roots[name].succeed("destroy", "-auto-approve", timeout=1800)
        self.story.seconds[step] = time.monotonic() - began

    def plan_with_load_balancer(self, name: str, step: str) -> None:
        """Plan while there is a load balancer as the controller makes it."""
        balancers, ec2 = self.account.client("elbv2"), self.account.client("ec2")
        public = ec2.describe_subnets(Filters=[{"Name": "tag-key", "Values": ["kubernetes.io/role/elb"]}])["Subnets"]
        tags = {"elbv2.k8s.aws/cluster": f"{self.account.project}-{name}", "ingress.k8s.aws/stack": "service/web"}
        made = balancers.create_load_balancer(
            Name="k8s-service",
            Subnets=[subnet["SubnetId"] for subnet in public],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        self.plan(name, step)
        balancers.delete_load_balancer(LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"])

    def end(self) -> None:
        """Take the state out of the bucket, destroy the bootstrap, look for what is left."""
        self.story.called = set(self.account.called()[self._calls_of_bootstrap :])
        root = self._roots["bootstrap"]
        (root.folder / "backend.tf").unlink()
        root.init("-migrate-state", "-force-copy")
        self.destroy("bootstrap", "bootstrap destroyed")
        self.story.left_behind = left_behind(self.account)
        self.story.unanswered = self.account.unanswered()


def dev(folder: Path) -> Story:
    """Bootstrap; dev awake, asleep and awake again; destroyed awake."""
    with emulated(folder) as account:
        teller = Teller(account, copy_tree(folder / "terraform"))
        teller.bootstrap()
        teller.init("dev")
        teller.plan("dev", "awake")
        teller.apply_while_another_tries("dev", "awake")
        teller.second_plan("dev", "awake")
        teller.plan_with_load_balancer("dev", "with load balancer")
        teller.set("dev", "web_on_nodes", "true")
        teller.plan("dev", "pods on nodes")
        teller.set("dev", "web_on_nodes", "false")
        for state, step in (("asleep", "asleep"), ("awake", "awake after sleep")):
            account.want(state)
            teller.plan("dev", step)
            teller.apply("dev", step)
            teller.second_plan("dev", step)
        teller.destroy("dev", "dev destroyed awake")
        teller.end()
    return teller.story


def prod(folder: Path) -> Story:
    """Bootstrap; prod; staging, made like prod, and planned; prod destroyed."""
    with emulated(folder) as account:
        teller = Teller(account, copy_tree(folder / "terraform"))
        teller.bootstrap()
        teller.init("prod")
        teller.set("prod", "deletion_protection", "false")  # so that the story can end
        teller.plan("prod", "prod")
        teller.apply("prod", "prod")
        teller.copy("prod", "staging")
        for command in (["plan"], ["apply", "-auto-approve"], ["destroy", "-auto-approve"]):
            teller.refuse("staging", *command)
        teller.init("staging")
        teller.plan("staging", "staging")
        teller.second_plan("prod", "prod")
        teller.destroy("prod", "prod destroyed")
        teller.end()
    return teller.story


def renamed(folder: Path) -> Story:
    """A client's project with a name of its own; a dev that has never been awake, destroyed asleep."""
    with emulated(folder, project="ledger") as account:
        teller = Teller(account, copy_tree(folder / "terraform"))
        teller.bootstrap()
        teller.init("dev")
        teller.plan("dev", "dev awake")
        account.want("asleep")
        teller.plan("dev", "dev born asleep")
        teller.apply("dev", "dev born asleep")
        teller.second_plan("dev", "dev born asleep")
        teller.destroy("dev", "dev destroyed asleep")
        teller.end()
    return teller.story
