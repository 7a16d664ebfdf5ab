"""How much faster than on AWS the local cloud checks its targets, so that `make up` takes seconds.

Everything else of a health check is the target group's: port, path, timeout, thresholds and accepted codes. ECS's grace
period is the service's: a version that AWS takes must not fail on a machine that is slower, or does much else.
docs/laptop-limits.md tells these numbers.
"""

# A healthy target is asked so many times more often than its group's interval says.
CHECKS_FASTER = 10
# A target that is not healthy yet is asked this often, whatever the interval: it should serve as soon as it can.
START_CHECK_SECONDS = 0.25
