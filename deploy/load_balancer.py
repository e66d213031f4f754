"""What the load balancer itself says about the weights: an Ingress tells only what is wished for."""

from collections.abc import Callable
from typing import Any

from deploy.cluster import COLOURS
from deploy.kubectl import Kubectl
from deploy.unanswered import aws_answers

BINDINGS = "targetgroupbindings.elbv2.k8s.aws"

Client = Callable[[str], Any]  # name of an AWS service → boto3 client


class LoadBalancer:
    """Asks the controller's bindings which target group is which colour's, and ELB what its rules do with them."""

    def __init__(self, kubectl: Kubectl, client: Client) -> None:
        self._kubectl, self._client = kubectl, client

    def target_groups(self) -> dict[str, str]:
        """Return colour → ARN, as far as the controller has made them."""
        bindings = [each["spec"] for each in self._kubectl.objects(BINDINGS)]
        services = {each["serviceRef"]["name"]: each["targetGroupARN"] for each in bindings}
        return {colour: services[f"todo-{colour}"] for colour in COLOURS if f"todo-{colour}" in services}

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules that know both colours: `arn` and, by colour, `weights`."""
        colours = {arn: colour for colour, arn in self.target_groups().items()}
        if len(colours) < len(COLOURS):
            return []
        with aws_answers("AWS does not say what the load balancer does"):
            return list(_rules(self._client("elbv2"), colours))

    def shares(self, weights: dict[str, int]) -> bool:
        """Whether there is such a rule, and each has these weights."""
        rules = self.rules()
        return bool(rules) and all(rule["weights"] == weights for rule in rules)


def _rules(elb: Any, colours: dict[str, str]) -> Any:
    groups = elb.describe_target_groups(TargetGroupArns=list(colours))["TargetGroups"]
    for balancer in sorted({arn for group in groups for arn in group["LoadBalancerArns"]}):
        for listener in elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                for action in rule["Actions"]:
                    shared = action.get("ForwardConfig", {}).get("TargetGroups", [])
                    weights = {
                        colours[each["TargetGroupArn"]]: each["Weight"]
                        for each in shared
                        if each["TargetGroupArn"] in colours
                    }
                    if len(weights) == len(COLOURS):
                        default = {"listener": listener["ListenerArn"]} if rule.get("IsDefault") else {}
                        yield {"arn": rule["RuleArn"], "weights": weights, **default}
