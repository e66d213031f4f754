"""Fargate's sizes: what a pod asks for is not what it pays for.

256 MB are added for Kubernetes' own processes, then the next size up is taken:
https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html
"""

# vCPU to the memory sizes in GB that go with it.
SIZES: dict[float, list[float]] = {
    0.25: [0.5, 1, 2],
    0.5: [1, 2, 3, 4],
    1: list(range(2, 9)),
    2: list(range(4, 17)),
    4: list(range(8, 31)),
    8: list(range(16, 61, 4)),
    16: list(range(32, 121, 8)),
}


def size(cpu: float, memory_mb: int) -> tuple[float, float]:
    """Return vCPU and GB that are billed; raise ValueError when no size is large enough."""
    memory = (memory_mb + 256) / 1024
    for vcpu, gigabytes in SIZES.items():
        fitting = [gigabyte for gigabyte in gigabytes if gigabyte >= memory]
        if vcpu >= cpu and fitting:
            return vcpu, fitting[0]
    raise ValueError(f"Fargate has no size for {cpu} vCPU and {memory_mb} MB")
