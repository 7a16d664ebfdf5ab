"""What the laptop does not prove: properties that the emulator accepts but does not store; only the state has them."""

from collections.abc import Mapping

# Type -> property (a dotted path) -> why it is not proven.
NOT_PROVEN: Mapping[str, Mapping[str, str]] = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "prefixListId": "the emulator forgets the source of such a rule",
        "description": "forgotten where the source is a prefix list",
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "prefixListId": "the emulator forgets the destination of such a rule",
        "description": "forgotten where the destination is a prefix list",
    },
    "aws:ec2/natGateway:NatGateway": {"allocationId": "forgotten; its public address is that of the Elastic IP here"},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        "privateDnsEnabled": "forgotten; every name leads to this machine",
        "securityGroupIds": "forgotten; nothing passes an endpoint",
    },
    "aws:ec2/keyPair:KeyPair": {"publicKey": "never told back, and no instance uses the key"},
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "networkInterfaces.deleteOnTermination": "forgotten; no instance is started",
        "creditSpecification": "forgotten; no instance is started",
    },
    "aws:autoscaling/group:Group": {
        "protectFromScaleIn": "a change is forgotten",
        "terminationPolicies": "a change is forgotten",
    },
    "aws:route53/healthCheck:HealthCheck": {"invertHealthcheck": "a change is forgotten; nothing is asked"},
    "aws:ecs/capacityProvider:CapacityProvider": {
        "autoScalingGroupProvider.managedDraining": "forgotten; an instance is drained on request alone",
    },
    "aws:ecs/service:Service": {
        "orderedPlacementStrategies": "forgotten; every task runs on this machine",
        "placementConstraints": "forgotten; every task runs on this machine",
        "availabilityZoneRebalancing": "forgotten; every task runs on this machine",
    },
}
