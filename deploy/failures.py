"""Every way in which a release stops: its exit code, its name, and the command to give next. README.md lists them.

The tens say what users saw. 3: the cluster or AWS refused a command, at whatever step. 10: nothing was changed.
20: stopped before the flip, users saw nothing. 30: users were on the new colour and are back on the old one.
40: a person must look now.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """One way to fail. `next` may hold {env}, {image}, {to}, {job}, {alarms} and {address}."""

    code: int
    name: str
    next: str


SUCCESS, BUG, USAGE = 0, 1, 2

RELEASE = "python -m deploy release --env {env}"
ROLLBACK = "python -m deploy rollback --env {env}"
STATUS = "python -m deploy status --env {env}"
ALARMS = "aws cloudwatch describe-alarms --alarm-name-prefix {alarms}"

REFUSED = Kind(3, "refused", "kubectl auth can-i --list -n todo")

WRONG_CLUSTER = Kind(10, "wrong-cluster", "make kubeconfig ENV={env}")
LEASE_HELD = Kind(11, "lease-held", STATUS + " --follow")
UNFINISHED = Kind(12, "unfinished", RELEASE + " --resume   (or go back: " + ROLLBACK + ")")
NOTHING_TO_RESUME = Kind(13, "nothing-to-resume", RELEASE + " --image IMAGE")
FIRST_RELEASE = Kind(14, "first-release", RELEASE + " --image {image} --first")
NOTHING_TO_RETURN_TO = Kind(15, "nothing-to-return-to", STATUS)
ALARMS_MISSING = Kind(16, "alarms-missing", "terraform -chdir=terraform/envs/{env} apply   (or --first, once)")
ALARM_RINGS = Kind(17, "alarm-rings", ALARMS + " --state-value ALARM")
PROMETHEUS_UNREACHABLE = Kind(18, "prometheus-unreachable", "kubectl -n monitoring get pods")
UNREACHABLE = Kind(19, "address-unreachable", "curl -sv {address}/readyz   (then: docs/runbooks/release.md)")

MIGRATION_FAILED = Kind(20, "migration-failed", "kubectl -n todo logs job/{job}")
IMAGE_TOO_OLD = Kind(21, "image-too-old", "kubectl -n todo logs job/{job}")
IMAGE_MISSING = Kind(22, "image-missing", "aws ecr describe-images --repository-name todo   (or build it: make image)")
CRASH_LOOP = Kind(23, "crash-loop", "kubectl -n todo logs deployment/todo-{to} --previous")
PENDING = Kind(24, "pending", "kubectl -n todo get events --field-selector type=Warning")
NOT_READY = Kind(25, "not-ready", "kubectl -n todo describe pods -l todo/colour={to}")
PODS_REFUSED = Kind(26, "pods-refused", "kubectl -n todo get events --field-selector reason=FailedCreate")
GATE_MISSING = Kind(27, "gate-missing", "kubectl -n kube-system rollout status deployment/aws-load-balancer-controller")
SMOKE_FAILED = Kind(28, "smoke-failed", "kubectl -n todo logs job/{job}")
SHARED_NOT_READY = Kind(29, "shared-not-ready", "kubectl -n todo get pods,secrets,targetgroupbindings.elbv2.k8s.aws")

SLO_BREACHED = Kind(30, "slo-breached", "kubectl -n todo logs -l todo/colour={to} --tail=100")
TOO_FEW_SAMPLES = Kind(31, "too-few-samples", "kubectl -n monitoring get pods; " + STATUS)
ALARM_BREACHED = Kind(32, "alarm-breached", ALARMS + " --state-value ALARM")
FLIP_NOT_SEEN = Kind(33, "flip-not-seen", "kubectl -n todo describe ingress todo; " + ROLLBACK + " --break-glass")

HELD = Kind(40, "held", RELEASE + " --resume   (or go back: " + ROLLBACK + ")")
CLUSTER_UNREACHABLE = Kind(41, "cluster-unreachable", STATUS + "   (then: " + RELEASE + " --resume)")
LEASE_LOST = Kind(42, "lease-lost", STATUS + " --follow")
ROLLBACK_NOT_SEEN = Kind(43, "rollback-not-seen", ROLLBACK + " --break-glass")
COLD = Kind(44, "cold", "kubectl -n todo describe pods -l todo/colour={to}")

KINDS = tuple(value for value in globals().values() if isinstance(value, Kind))


class Failure(Exception):  # noqa: N818  a release fails, the tool has not
    """A release or rollback that stopped: what happened, in a sentence, and lines of log that show it."""

    def __init__(self, kind: Kind, sentence: str, *, log: str = "", job: str = "") -> None:
        super().__init__(sentence)
        self.kind, self.sentence, self.log, self.job = kind, sentence, log, job

    def next_command(self, values: dict[str, str]) -> str:
        """Return what to type next; `values` fill the names in `Kind.next`."""
        return self.kind.next.format_map({"job": self.job, **values})
