"""Lists every way in which a command stops: exit code, name, and the command to type next. README.md explains them.

The tens say what users saw. 3: the cluster or AWS refused a command, at whatever step. 10: nothing was changed.
20: stopped before the flip, users saw nothing. 30: users were on the new colour and are back on the old one.
40: a person must look now.
"""

from __future__ import annotations

from typing import NamedTuple

SUCCESS, BUG, USAGE = 0, 1, 2


class Kind(NamedTuple):
    """One way to fail, and what to type after it: after a release, a rollback, or a look (status, plan).

    An empty text means that this command never fails in this way. Run.values() has the values for the texts.
    """

    code: int
    name: str
    release: str = ""
    rollback: str = ""
    status: str = ""

    def next(self, command: str) -> str:
        texts = {"release": self.release, "rollback": self.rollback}
        return texts.get(command, self.status or self.release) or STATUS


TOOL = "python3 -m deploy"
RELEASE = TOOL + " release --env {env}"
RESUME = RELEASE + " --resume"
ROLLBACK = TOOL + " rollback --env {env}"
STATUS = TOOL + " status --env {env}"
KUBECTL = "kubectl -n {namespace} "
ALARMS = "aws --region {region} cloudwatch describe-alarms --alarm-name-prefix {alarms} --state-value ALARM"
RIGHTS = KUBECTL + "auth can-i --list"
KUBECONFIG = "{kubeconfig}"
# The flip without this tool. A rollback that cannot go on by itself names it.
BY_HAND = KUBECTL + "apply -k kustomize/overlays/{env}/traffic-{back}"
MONITORING = "kubectl -n monitoring get pods"
PODS = KUBECTL + "describe pods -l {label}="
EVENTS = KUBECTL + "get events --field-selector "

REFUSED = Kind(3, "refused", RIGHTS, BY_HAND + "   (your rights: " + RIGHTS + ")", RIGHTS)

WRONG_CLUSTER = Kind(10, "wrong-cluster", KUBECONFIG, KUBECONFIG, KUBECONFIG)
LEASE_HELD = Kind(11, "lease-held", STATUS + " --follow", ROLLBACK)
UNFINISHED = Kind(12, "unfinished", RESUME + "   (or go back: " + ROLLBACK + ")")
NOTHING_TO_RESUME = Kind(13, "nothing-to-resume", RELEASE + " --image IMAGE")
FIRST_RELEASE = Kind(14, "first-release", RELEASE + " --image {image} --first")
NOTHING_TO_RETURN_TO = Kind(15, "nothing-to-return-to", rollback=STATUS)
ALARMS_MISSING = Kind(16, "alarms-missing", "terraform -chdir=terraform/envs/{env} apply   (or --first, once)")
ALARM_RINGS = Kind(17, "alarm-rings", ALARMS)
PROMETHEUS_UNREACHABLE = Kind(18, "prometheus-unreachable", MONITORING)
UNREACHABLE = Kind(19, "address-unreachable", "curl -sv {address}/readyz   (then: docs/runbooks/release.md)")

MIGRATION_FAILED = Kind(20, "migration-failed", KUBECTL + "logs job/{job}")
IMAGE_TOO_OLD = Kind(21, "image-too-old", KUBECTL + "logs job/{job}")
IMAGE_MISSING = Kind(
    22, "image-missing", "aws --region {region} ecr describe-images --repository-name {repository}   (or: make image)"
)
CRASH_LOOP = Kind(23, "crash-loop", KUBECTL + "logs deployment/{web} --previous")
PENDING = Kind(24, "pending", EVENTS + "type=Warning")
NOT_READY = Kind(25, "not-ready", PODS + "{to}")
PODS_REFUSED = Kind(26, "pods-refused", EVENTS + "reason=FailedCreate")
GATE_MISSING = Kind(27, "gate-missing", "kubectl -n kube-system rollout status deployment/aws-load-balancer-controller")
SMOKE_FAILED = Kind(28, "smoke-failed", KUBECTL + "logs job/{job}")
SHARED_NOT_READY = Kind(29, "shared-not-ready", KUBECTL + "get pods,secrets,targetgroupbindings.elbv2.k8s.aws")

SLO_BREACHED = Kind(30, "slo-breached", KUBECTL + "logs -l {label}={to} --tail=100")
TOO_FEW_SAMPLES = Kind(31, "too-few-samples", MONITORING + "; " + STATUS)
ALARM_BREACHED = Kind(32, "alarm-breached", ALARMS)
FLIP_NOT_SEEN = Kind(33, "flip-not-seen", KUBECTL + "describe {traffic}; " + ROLLBACK + " --break-glass")

HELD = Kind(40, "held", RESUME + "   (or go back: " + ROLLBACK + ")")
CLUSTER_UNREACHABLE = Kind(
    41, "cluster-unreachable", STATUS + "   (then: " + RESUME + ")", ROLLBACK, "kubectl cluster-info; " + KUBECONFIG
)
LEASE_LOST = Kind(42, "lease-lost", STATUS + " --follow", STATUS)
ROLLBACK_NOT_SEEN = Kind(43, "rollback-not-seen", ROLLBACK + " --break-glass", ROLLBACK + " --break-glass")
COLD = Kind(44, "cold", rollback=PODS + "{back}")

KINDS = tuple(value for value in globals().values() if isinstance(value, Kind))


class Failure(Exception):  # noqa: N818  a release fails, the tool has not
    """A command that stopped: what happened, in a sentence, and lines of log that show it."""

    def __init__(self, kind: Kind, sentence: str, *, log: str = "", job: str = "") -> None:
        super().__init__(sentence)
        self.kind, self.sentence, self.log, self.job = kind, sentence, log, job

    def next_command(self, command: str, values: dict[str, str]) -> str:
        """Return what to type next; `values` fill the names in the texts of the kind."""
        return self.kind.next(command).format_map({"job": self.job, **values})


class Unanswered(Exception):  # noqa: N818  silence, not an error of the tool
    """A source that judges a release (Prometheus, AWS) does not answer, or its answer cannot be read."""
