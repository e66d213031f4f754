# What runs here. A change comes by pull request, in dev first, and then in the next environment with the same lines:
# docs/runbooks/upgrade-kubernetes.md, upgrade-nodes.md, upgrade-postgresql.md. Seen on clusters of 1.36 in autumn 2026;
# `make preflight` asks AWS whether it still has each one.
versions = {
  # https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html: 1.36 is in standard support until 2027-08-02
  kubernetes = "1.36"

  # https://github.com/awslabs/amazon-eks-ami/releases
  node_release = "1.36.0-20260923"

  # aws eks describe-addon-versions --kubernetes-version 1.36
  addons = {
    vpc-cni                               = "v1.22.4-eksbuild.3"
    kube-proxy                            = "v1.36.0-eksbuild.21"
    coredns                               = "v1.14.3-eksbuild.16"
    metrics-server                        = "v0.8.1-eksbuild.10"
    aws-secrets-store-csi-driver-provider = "v3.1.3-eksbuild.1"
    aws-ebs-csi-driver                    = "v1.66.0-eksbuild.1"
  }

  # https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html
  postgresql = "18.4"

  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
  lambda_runtime = "python3.12"
}
