# shellcheck shell=bash
# Sourced by sleep and destroy. The controller deletes the load balancer after its Ingress, and AWS its network
# interfaces some minutes later: a cluster or VPC deleted before that leaves them behind, or hangs on them.

# wait_until_gone CLUSTER VPC: ends with 1 and says what is left after ten minutes.
wait_until_gone() {
  local cluster=$1 vpc=$2 left
  for _ in $(seq 60); do
    left=$(remaining "$cluster" "$vpc")
    [ -z "$left" ] && return 0
    sleep "${POLL_SECONDS:-10}"
  done
  echo "still there after ten minutes, so nothing was destroyed: $left" >&2
  return 1
}

# remaining CLUSTER VPC: ARNs, interface IDs and security groups that the controller made; nothing when all is gone.
remaining() {
  aws resourcegroupstaggingapi get-resources --resource-type-filters elasticloadbalancing \
    --tag-filters "Key=elbv2.k8s.aws/cluster,Values=$1" --query 'ResourceTagMappingList[].ResourceARN' --output text
  aws ec2 describe-network-interfaces --filters "Name=vpc-id,Values=$2" "Name=description,Values=ELB app/*" \
    --query 'NetworkInterfaces[].NetworkInterfaceId' --output text
  aws ec2 describe-security-groups --filters "Name=tag:elbv2.k8s.aws/cluster,Values=$1" \
    --query 'SecurityGroups[].GroupId' --output text
}
