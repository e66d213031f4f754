# shellcheck shell=bash
# Sourced by sleep and destroy: what AWS and the controllers leave behind. The controller deletes the load balancer after its Ingress, and AWS its network
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

# orphans CLUSTER VPC: what nobody deletes with a cluster, and what then holds the VPC or bills: interfaces that vpc-cni or
# Lambda made and did not give back, the group that EKS made, log groups that a last line brought back.
# https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html
orphans() {
  local prefix
  aws ec2 describe-network-interfaces --filters "Name=vpc-id,Values=$2" "Name=status,Values=available" \
    "Name=description,Values=aws-K8S-*,AWS Lambda VPC ENI*" --query 'NetworkInterfaces[].NetworkInterfaceId' --output text
  aws ec2 describe-security-groups --filters "Name=tag:aws:eks:cluster-name,Values=$1" --query 'SecurityGroups[].GroupId' --output text
  for prefix in "/aws/eks/$1/" "/aws/rds/instance/$1/" "/aws/lambda/$1-" "/$1/"; do
    aws logs describe-log-groups --log-group-name-prefix "$prefix" --query 'logGroups[].logGroupName' --output text
  done
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
