"""The mock of AWS: moto's server, plus what moto leaves out and this platform's Terraform run needs.

Every gap but the server's own is one function below, declared with `@supplies` (moto has no such action) or `@corrects` (moto has it, but answers
otherwise than AWS). The declaration is the documentation: `python lgtm_moto.py --list-gaps [--json]` prints the table. An
upgrade of moto that closes a gap makes `@supplies` fail at start, so that nothing here outlives its reason.

Run as a server it listens on 127.0.0.1, on a port that the kernel picks, and writes one line of JSON ({"pid", "port"}) to the
file descriptor given by --ready-fd. With --until-stdin-closes it ends when its parent does, however the parent ended.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import hashlib
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

MOTO_VERSION = "5.2.5"
IDENTITY_PATH = "/_lgtm/identity"
FORGET_PATH = "/_lgtm/forget-unknown"

try:
    import moto
except ImportError:
    sys.exit("lgtm_moto.py: moto is not installed for this Python; run it with the Python of .lgtm/venv.")
if moto.__version__ != MOTO_VERSION:
    sys.exit(
        f"lgtm_moto.py: written for moto {MOTO_VERSION}, this Python has {moto.__version__}. "
        "Install tools/mock/requirements.txt, or go through the gaps of this file and change MOTO_VERSION."
    )

from moto.core.exceptions import ServiceException  # noqa: E402
from moto.core.utils import camelcase_to_underscores  # noqa: E402
from moto.core.responses import ActionResult, BaseResponse, EmptyResult  # noqa: E402
from moto.ecr.models import Image  # noqa: E402
from moto.ecs.responses import EC2ContainerServiceResponse  # noqa: E402
from moto.elasticache.exceptions import ElastiCacheException  # noqa: E402
from moto.elasticache.models import ElastiCacheBackend  # noqa: E402
from moto.elasticache.responses import ElastiCacheResponse  # noqa: E402


# --- How a gap is declared ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Gap:
    """One place where moto is not enough. `kind` is "missing" (no such action) or "different" (another answer than AWS)."""

    service: str
    action: str
    kind: str
    moto: str
    supplies: str
    why: str


GAPS: list[Gap] = []
Method = Callable[..., Any]


def supplies(owner: type, service: str, action: str, what: str, why: str) -> Callable[[Method], Method]:
    """Adds the decorated function to `owner` as an action that moto lacks; fails if moto has it by now."""

    def register(method: Method) -> Method:
        if hasattr(owner, method.__name__):
            sys.exit(f"lgtm_moto.py: moto {MOTO_VERSION} has {service} {action} by itself; remove it here.")
        GAPS.append(Gap(service, action, "missing", MOTO_VERSION, what, why))
        setattr(owner, method.__name__, method)
        return method

    return register


def corrects(owner: type, service: str, action: str, what: str, why: str) -> Callable[[Method], Method]:
    """Puts the decorated function before moto's method of the same name; its first argument is moto's method."""

    def register(method: Method) -> Method:
        original = getattr(owner, method.__name__)
        GAPS.append(Gap(service, action, "different", MOTO_VERSION, what, why))

        def corrected(self: Any, *args: Any, **kwargs: Any) -> Any:
            return method(original, self, *args, **kwargs)

        setattr(owner, method.__name__, corrected)
        return method

    return register


# What still differs from AWS and is left so, since no layer of this platform meets it.
LEFT_OPEN: list[dict[str, str]] = [
    {
        "service": "s3",
        "action": "PutBucketLifecycleConfiguration",
        "difference": "object sizes in a rule's filter are dropped, so that Terraform waits three minutes and fails on `and`",
    },
    {
        "service": "dynamodb",
        "action": "UpdateTable",
        "difference": "server-side encryption cannot be turned on or off after creation",
    },
    {
        "service": "elasticache",
        "action": "DescribeCacheParameters",
        "difference": "the defaults of a family are not listed, and names and ranges of parameters are not checked",
    },
    {
        "service": "ec2",
        "action": "CreateVpcEndpoint",
        "difference": "a second gateway endpoint for one service on one route table is accepted; deleting both then fails",
    },
    {
        "service": "ecs",
        "action": "CreateService, UpdateService",
        "difference": "no tasks run, nothing registers in target groups or Cloud Map; a target group without a listener is "
        "accepted",
    },
]


# --- Every service -----------------------------------------------------------------------------------------------------


@corrects(
    BaseResponse,
    "every service",
    "*",
    "an action that the mock lacks, or that breaks inside it, is refused with a 400 that names it",
    "moto answers 500, which the SDKs repeat for minutes: a missing action looks like a hang",
)
def call_action(original: Method, self: Any) -> Any:
    try:
        return original(self)
    except NotImplementedError as missing:
        code, reason = "MockActionMissing", str(missing)
    except Exception as broken:  # what moto did not foresee; the trace belongs in the log, not in the answer
        traceback.print_exc()
        code, reason = "MockActionFailed", f"{type(broken).__name__}: {broken}"
    action = self._get_action()
    message = f"The mock of AWS (moto {MOTO_VERSION} with tools/mock/lgtm_moto.py) cannot do {action}: {reason}"
    # moto finds the service, and so the form of the error, by the module of the exception's class.
    error = type("MockException", (ServiceException,), {"__module__": type(self).__module__})
    _, headers, body = self.serialized(ActionResult(error(code, message)))
    return 400, {**headers, "status": "400"}, body


# --- ElastiCache -------------------------------------------------------------------------------------------------------


class CacheParameterGroup:
    """A parameter group. `values` holds what differs from the family's defaults, which the mock does not know."""

    def __init__(self, backend: ElastiCacheBackend, name: str, family: str, description: str) -> None:
        self.cache_parameter_group_name = name
        self.cache_parameter_group_family = family
        self.description = description
        self.is_global = False
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}"
        self.values: dict[str, str] = {}


def parameter_groups(backend: ElastiCacheBackend) -> dict[str, CacheParameterGroup]:
    """The parameter groups of one account and region; kept on moto's backend, so moto's reset drops them too."""
    if not hasattr(backend, "lgtm_parameter_groups"):
        backend.lgtm_parameter_groups = {}  # type: ignore[attr-defined]
    return backend.lgtm_parameter_groups  # type: ignore[attr-defined]


def parameter_group(backend: ElastiCacheBackend, name: str) -> CacheParameterGroup:
    group = parameter_groups(backend).get(name)
    if group is None:
        raise ElastiCacheException("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    return group


def mark_pending_reboot(backend: ElastiCacheBackend, group_name: str) -> None:
    """Memcached reads its parameters at start, so running nodes keep the old ones until they are rebooted."""
    for cluster in backend.cache_clusters.values():
        if cluster.cache_parameter_group_name == group_name:
            cluster.cache_parameter_group["ParameterApplyStatus"] = "pending-reboot"


GROUP_WHY = "aws_elasticache_parameter_group cannot be created, read, changed or destroyed"


@supplies(ElastiCacheResponse, "elasticache", "CreateCacheParameterGroup", "stores the group and its tags", GROUP_WHY)
def create_cache_parameter_group(self: Any) -> ActionResult:
    backend, name = self.elasticache_backend, self._get_param("CacheParameterGroupName").lower()
    if name in parameter_groups(backend):
        raise ElastiCacheException("CacheParameterGroupAlreadyExists", f"Cache parameter group {name} already exists.")
    group = CacheParameterGroup(
        backend, name, self._get_param("CacheParameterGroupFamily"), self._get_param("Description")
    )
    parameter_groups(backend)[name] = group
    backend.tagging_service.tag_resource(group.arn, self._get_param("Tags", []))
    return ActionResult({"CacheParameterGroup": group})


@supplies(ElastiCacheResponse, "elasticache", "DescribeCacheParameterGroups", "lists all groups or one", GROUP_WHY)
def describe_cache_parameter_groups(self: Any) -> ActionResult:
    backend, name = self.elasticache_backend, self._get_param("CacheParameterGroupName")
    groups = [parameter_group(backend, name)] if name else list(parameter_groups(backend).values())
    return ActionResult({"CacheParameterGroups": groups})


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "DescribeCacheParameters",
    "the values set by the user (source `user`), never the family's defaults",
    GROUP_WHY,
)
def describe_cache_parameters(self: Any) -> ActionResult:
    group = parameter_group(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    wanted = self._get_param("Source") in (None, "user")
    parameters = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user", "ChangeType": "requires-reboot"}
        for name, value in sorted(group.values.items())
    ]
    return ActionResult({"Parameters": parameters if wanted else []})


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "ModifyCacheParameterGroup",
    "sets values; clusters that use the group become pending-reboot",
    GROUP_WHY,
)
def modify_cache_parameter_group(self: Any) -> ActionResult:
    group = parameter_group(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    for parameter in self._get_param("ParameterNameValues", []):
        group.values[parameter["ParameterName"]] = parameter["ParameterValue"]
    mark_pending_reboot(self.elasticache_backend, group.cache_parameter_group_name)
    return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "ResetCacheParameterGroup",
    "returns values to the default; clusters that use the group become pending-reboot",
    GROUP_WHY,
)
def reset_cache_parameter_group(self: Any) -> ActionResult:
    group = parameter_group(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    named = [parameter["ParameterName"] for parameter in self._get_param("ParameterNameValues", [])]
    for name in list(group.values) if self._get_bool_param("ResetAllParameters") else named:
        group.values.pop(name, None)
    mark_pending_reboot(self.elasticache_backend, group.cache_parameter_group_name)
    return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})


@supplies(
    ElastiCacheResponse, "elasticache", "DeleteCacheParameterGroup", "removes a group that no cluster uses", GROUP_WHY
)
def delete_cache_parameter_group(self: Any) -> EmptyResult:
    backend = self.elasticache_backend
    name = parameter_group(backend, self._get_param("CacheParameterGroupName")).cache_parameter_group_name
    if any(cluster.cache_parameter_group_name == name for cluster in backend.cache_clusters.values()):
        raise ElastiCacheException(
            "InvalidCacheParameterGroupState", f"One or more cache clusters are still using {name}."
        )
    del parameter_groups(backend)[name]
    return EmptyResult()


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "DeleteCacheSubnetGroup",
    "removes a subnet group that no cluster uses",
    "aws_elasticache_subnet_group cannot be destroyed",
)
def delete_cache_subnet_group(self: Any) -> EmptyResult:
    backend, name = self.elasticache_backend, self._get_param("CacheSubnetGroupName")
    backend.describe_cache_subnet_groups(name)
    if any(cluster.cache_subnet_group_name == name for cluster in backend.cache_clusters.values()):
        raise ElastiCacheException(
            "CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster."
        )
    del backend.cache_subnet_groups[name]
    return EmptyResult()


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "ModifyCacheSubnetGroup",
    "description and subnets",
    "aws_elasticache_subnet_group cannot be changed in place",
)
def modify_cache_subnet_group(self: Any) -> ActionResult:
    backend, name = self.elasticache_backend, self._get_param("CacheSubnetGroupName")
    old = backend.describe_cache_subnet_groups(name)[0]
    del backend.cache_subnet_groups[name]
    description = self._get_param("CacheSubnetGroupDescription") or old.cache_subnet_group_description
    subnet_ids = self._get_param("SubnetIds") or old.subnet_ids
    try:
        changed = backend.create_cache_subnet_group(name, description, subnet_ids, None)
    except Exception:
        backend.cache_subnet_groups[name] = old
        raise
    return ActionResult({"CacheSubnetGroup": changed})


def region_code(region: str) -> str:
    """The short region name in ElastiCache host names: apn2 for ap-northeast-2, usw2 for us-west-2."""
    continent, *middle, number = region.split("-")
    compass = {"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}
    # AWS shortens ap-northeast-N to apnN and keeps two letters for ap-southeast-N.
    direction = "".join("n" if part == "northeast" and continent == "ap" else compass.get(part, part[0]) for part in middle)
    return f"{continent}{direction}{number}"


def cache_availability_zone(backend: ElastiCacheBackend, cluster: Any) -> str:
    group = backend.cache_subnet_groups.get(cluster.cache_subnet_group_name)
    zones = [subnet.get("subnet_availability_zone") for subnet in group.subnets] if group else []
    return cluster.preferred_availability_zone or next((zone for zone in zones if zone), f"{backend.region_name}a")


def settle_cluster(backend: ElastiCacheBackend, cluster: Any) -> None:
    """Fills in what AWS shows of a running cluster; called after each change of it."""
    host = f"{cluster.cache_cluster_id}.abc123.%s.{region_code(backend.region_name)}.cache.amazonaws.com"
    zone = cache_availability_zone(backend, cluster)
    cluster.security_groups = [
        {"SecurityGroupId": group, "Status": "active"} for group in cluster.security_group_ids
    ]
    cluster.cache_parameter_group = {
        "CacheParameterGroupName": cluster.cache_parameter_group_name,
        "ParameterApplyStatus": "in-sync",
        "CacheNodeIdsToReboot": [],
    }
    cluster.preferred_availability_zone = zone
    cluster.configuration_endpoint = {"Address": host % "cfg", "Port": cluster.port}
    cluster.cache_nodes = [
        {
            "CacheNodeId": f"{number:04d}",
            "CacheNodeStatus": "available",
            "CacheNodeCreateTime": cluster.cache_cluster_create_time,
            "Endpoint": {"Address": host % f"{number:04d}", "Port": cluster.port},
            "ParameterGroupStatus": "in-sync",
            "CustomerAvailabilityZone": zone,
        }
        for number in range(1, cluster.num_cache_nodes + 1)
    ]


@corrects(
    ElastiCacheResponse,
    "elasticache",
    "CreateCacheCluster",
    "security groups, parameter group, nodes, endpoint, zone and AWS's defaults in the answers; a parameter or subnet group "
    "that does not exist is refused",
    "the provider reads them back: without them each refresh plans a change of security_group_ids",
)
def create_cache_cluster(original: Method, self: Any) -> ActionResult:
    backend = self.elasticache_backend
    group = self._get_param("CacheParameterGroupName")
    if group and not group.startswith("default."):
        parameter_group(backend, group)
    if self._get_param("CacheSubnetGroupName"):
        backend.describe_cache_subnet_groups(self._get_param("CacheSubnetGroupName"))
    answer = original(self)
    cluster = backend.cache_clusters[self._get_param("CacheClusterId")]
    series = ".".join((cluster.engine_version or "1.6").split(".")[:2])
    defaults = {
        "auto_minor_version_upgrade": True,
        "cache_parameter_group_name": f"default.{cluster.engine}{series}",
        "ip_discovery": "ipv4",
        "network_type": "ipv4",
        "preferred_maintenance_window": "sun:05:00-sun:06:00",
    }
    for attribute, default in defaults.items():
        if getattr(cluster, attribute) is None:
            setattr(cluster, attribute, default)
    settle_cluster(backend, cluster)
    return answer


# Parameter of ModifyCacheCluster -> attribute of moto's cluster.
CLUSTER_CHANGES = {
    "AZMode": "az_mode",
    "CacheNodeType": "cache_node_type",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "EngineVersion": "engine_version",
    "NotificationTopicArn": "notification_topic_arn",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SecurityGroupIds": "security_group_ids",
}


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "ModifyCacheCluster",
    "changes at once whatever ApplyImmediately says (AWS keeps some for the maintenance window)",
    "aws_elasticache_cluster cannot be changed in place",
)
def modify_cache_cluster(self: Any) -> ActionResult:
    backend = self.elasticache_backend
    cluster = backend.describe_cache_clusters(self._get_param("CacheClusterId"))[0]
    for parameter, attribute in CLUSTER_CHANGES.items():
        if self._get_param(parameter):
            setattr(cluster, attribute, self._get_param(parameter))
    if self._get_int_param("NumCacheNodes"):
        cluster.num_cache_nodes = self._get_int_param("NumCacheNodes")
    if self._get_param("AutoMinorVersionUpgrade") is not None:
        cluster.auto_minor_version_upgrade = self._get_bool_param("AutoMinorVersionUpgrade")
    settle_cluster(backend, cluster)
    return ActionResult({"CacheCluster": cluster})


@supplies(
    ElastiCacheResponse,
    "elasticache",
    "RebootCacheCluster",
    "the cluster reads its parameter group: pending-reboot becomes in-sync",
    "a changed max_item_size is in force only after it",
)
def reboot_cache_cluster(self: Any) -> ActionResult:
    backend = self.elasticache_backend
    cluster = backend.describe_cache_clusters(self._get_param("CacheClusterId"))[0]
    settle_cluster(backend, cluster)
    return ActionResult({"CacheCluster": cluster})


@corrects(
    ElastiCacheResponse,
    "elasticache",
    "DeleteCacheCluster",
    "the cluster is gone after the answer",
    "moto's cluster stays in state deleting for ever, and Terraform waits for it",
)
def delete_cache_cluster(original: Method, self: Any) -> ActionResult:
    answer = original(self)
    del self.elasticache_backend.cache_clusters[self._get_param("CacheClusterId")]
    return answer


@corrects(
    ElastiCacheBackend,
    "elasticache",
    "ListTagsForResource",
    "tags of parameter groups",
    "moto refuses the ARN of a parameter group as invalid",
)
def list_tags_for_resource(original: Method, self: Any, arn: str) -> Any:
    if ":parametergroup:" in arn:
        return self.tagging_service.list_tags_for_resource(arn)
    return original(self, arn)


# --- ECS ---------------------------------------------------------------------------------------------------------------

# What CreateService takes and DescribeServices returns, with AWS's value when nothing is said; moto drops it. The names are
# AWS's, in the spelling of moto's attributes.
SERVICE_SETTINGS: dict[str, Any] = {
    "availability_zone_rebalancing": "DISABLED",
    "capacity_provider_strategy": [],
    "deployment_configuration": {},
    "enable_ecs_managed_tags": False,
    "enable_execute_command": False,
    "health_check_grace_period_seconds": 0,
    "placement_constraints": [],
    "placement_strategy": [],
}
DEFAULT_DEPLOYMENT_CONFIGURATION = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}


def services_that_roll_back() -> list[str]:
    """Names in LGTM_MOCK_ROLLS_BACK (comma between them): their updates end as a circuit breaker's rollback does."""
    return [name for name in os.environ.get("LGTM_MOCK_ROLLS_BACK", "").split(",") if name]


def settle_service(service: Any) -> None:
    """A service whose deployment is over: one deployment, on the service's task definition, at the wanted count."""
    service.running_count, service.pending_count = service.desired_count, 0
    service.deployments = service.deployments[:1]
    for deployment in service.deployments:
        deployment.update(
            desiredCount=service.desired_count,
            failedTasks=0,
            networkConfiguration=service.network_configuration,
            pendingCount=0,
            rolloutState="COMPLETED",
            rolloutStateReason=f"ECS deployment {deployment['id']} completed.",
            runningCount=service.desired_count,
            taskDefinition=service.task_definition,
        )


def service_of(response: Any, name: str) -> Any:
    services, _ = response.ecs_backend.describe_services(response._get_param("cluster", "default"), [name])
    return services[0]


@corrects(
    EC2ContainerServiceResponse,
    "ecs",
    "CreateService",
    "keeps grace period, zone rebalancing, deployment configuration, execute command, managed tags; every service reaches its "
    "wanted count at once, whatever that is",
    "each refresh would plan them again; with MOTO_ECS_SERVICE_RUNNING=1 alone a service of two tasks never gets steady",
)
def create_service(original: Method, self: Any) -> ActionResult:
    answer = original(self)
    service = service_of(self, self._get_param("serviceName"))
    given = {camelcase_to_underscores(name): value for name, value in self._get_params().items()}
    for setting, default in SERVICE_SETTINGS.items():
        setattr(service, setting, default if given.get(setting) is None else given[setting])
    service.deployment_configuration = {**DEFAULT_DEPLOYMENT_CONFIGURATION, **service.deployment_configuration}
    settle_service(service)
    return answer


@corrects(
    EC2ContainerServiceResponse,
    "ecs",
    "UpdateService",
    "the deployment moves to the new task definition and count and is complete at once; what a deployment configuration "
    "leaves out stays; a service named in LGTM_MOCK_ROLLS_BACK keeps its task definition, as after a rollback",
    "moto leaves the old task definition in the deployment, and forgets the circuit breaker when the percentages change",
)
def update_service(original: Method, self: Any) -> ActionResult:
    name = self._get_param("service").split("/")[-1]
    service = service_of(self, name)
    task_definition, deployment_configuration = service.task_definition, service.deployment_configuration
    answer = original(self)
    service.deployment_configuration = {**deployment_configuration, **service.deployment_configuration}
    if name in services_that_roll_back():
        service.task_definition = task_definition
    settle_service(service)
    return answer


# --- ECR ---------------------------------------------------------------------------------------------------------------


@corrects(
    Image,
    "ecr",
    "PutImage",
    "the digest of an image is the SHA-256 of its manifest",
    "moto hashes the layers' digests: stand-in images without layers would all have one digest",
)
def _create_digest(original: Method, self: Any) -> None:
    del original
    self._image_digest = "sha256:" + hashlib.sha256(self.image_manifest.encode()).hexdigest()


# --- Forgetting what no state knows --------------------------------------------------------------------------------------
#
# A Terraform that was killed may have made resources that it could not write into its state. Those whose name is unique are
# in the way of the next apply ("already exists"). On the mock, and only there, they are simply removed.

Registry = tuple[str, Any, str, Callable[[Any], list[Any]]]

# What is removed: kind for the report, moto's backends, the attribute that holds the resources by key, and every text by
# which a state may know one of them.
REGISTRIES: list[Registry] = []


def fill_registries() -> None:
    from moto.backends import get_backend

    def registry(kind: str, service: str, attribute: str, names: Callable[[Any], list[Any]]) -> None:
        REGISTRIES.append((kind, get_backend(service), attribute, names))  # type: ignore[call-overload]

    registry("log group", "logs", "groups", lambda group: [group.name])
    registry("ECR repository", "ecr", "repositories", lambda repository: [repository.name])
    registry("bucket", "s3", "buckets", lambda bucket: [bucket.name])
    registry("role", "iam", "roles", lambda role: [role.name, role.arn])
    registry("cache cluster", "elasticache", "cache_clusters", lambda cluster: [cluster.cache_cluster_id])
    registry("cache subnet group", "elasticache", "cache_subnet_groups", lambda group: [group.cache_subnet_group_name])
    registry("namespace", "servicediscovery", "namespaces", lambda namespace: [namespace.id])
    registry("Cloud Map service", "servicediscovery", "services", lambda service: [service.id])
    registry("load balancer", "elbv2", "load_balancers", lambda balancer: [balancer.arn])
    registry("target group", "elbv2", "target_groups", lambda group: [group.arn])
    registry("ECS service", "ecs", "services", lambda service: [service.arn])
    registry("ECS cluster", "ecs", "clusters", lambda cluster: [cluster.arn])
    registry("table", "dynamodb", "tables", lambda table: [table.name])


def forget_unknown(known: set[str]) -> list[str]:
    """Removes resources with a unique name that are not among the known ids, ARNs and names; says what was removed."""
    if not REGISTRIES:
        fill_registries()
    forgotten = []
    for kind, backends, attribute, names_of in REGISTRIES:
        for backend in all_backends(backends):
            resources = getattr(backend, attribute)
            for key, resource in list(resources.items()):
                if known.isdisjoint(names_of(resource)):
                    del resources[key]
                    forgotten.append(f"{kind} {names_of(resource)[0]}")
    return forgotten + forget_security_groups(known)


def forget_security_groups(known: set[str]) -> list[str]:
    """Apart, since moto keeps them by VPC and every VPC has a default one that Terraform never makes."""
    from moto.backends import get_backend

    forgotten = []
    for backend in all_backends(get_backend("ec2")):
        for groups in backend.groups.values():
            for group_id, group in list(groups.items()):
                if group.name != "default" and group_id not in known:
                    del groups[group_id]
                    forgotten.append(f"security group {group_id}")
    return forgotten


def all_backends(backends: Any) -> list[Any]:
    return [backend for account in backends.values() for backend in account.values()]


# --- The server --------------------------------------------------------------------------------------------------------


GAPS.append(
    Gap(
        "every service",
        "a repeated attempt",
        "different",
        MOTO_VERSION,
        "an attempt that an SDK repeats (same amz-sdk-invocation-id) after an answer with 2xx gets that answer again",
        "now and then the answer of moto's server gets lost on the way; the SDK repeats what was done already, and "
        "Terraform then meets its own lock, or a bucket of its own",
    )
)


class Repeated:
    """Gives an attempt that was answered already the same answer. Reads are done anew: they do no harm twice."""

    KEPT = 512
    MAX_BODY = 1 << 20

    def __init__(self, application: Any) -> None:
        self.application = application
        self.answers: collections.OrderedDict[str, tuple[str, list[tuple[str, str]], bytes]] = collections.OrderedDict()
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if invocation is None or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.application(environ, start_response)
        with self.lock:
            answer = self.answers.get(invocation)
        if answer is None:
            answer = self.ask(environ)
            with self.lock:
                if answer[0].startswith("2") and len(answer[2]) <= self.MAX_BODY:
                    self.answers[invocation] = answer
                while len(self.answers) > self.KEPT:
                    self.answers.popitem(last=False)
        else:
            # What is not read would reset the connection, and this answer would get lost too.
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            print("answered again:", invocation, file=sys.stderr)
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    def ask(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        begun: list[Any] = []
        answer = self.application(environ, lambda status, headers, *_: begun.extend((status, headers)))
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        return begun[0], begun[1], body


class IdentifiedApplication:
    """moto's application with two paths more: one tells whose mock this is, by which a kept mock is found again; the other
    makes the mock forget what no state knows."""

    def __init__(self, application: Any, identity: dict[str, Any]) -> None:
        self.application = application
        self.answer = json.dumps(identity).encode()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO")
        if path == IDENTITY_PATH:
            return self.respond(self.answer, start_response)
        if path == FORGET_PATH and environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            forgotten = forget_unknown(set(json.loads(body)["known"]))
            return self.respond(json.dumps({"forgotten": forgotten}).encode(), start_response)
        return self.application(environ, start_response)

    @staticmethod
    def respond(answer: bytes, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


def end_with_parent() -> None:
    """Ends this process when standard input closes, which happens however the parent ends, SIGKILL included."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def serve(ready_fd: int, token: str, until_stdin_closes: bool) -> None:
    from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    identity = {"pid": os.getpid(), "token": token, "moto": MOTO_VERSION}
    application = IdentifiedApplication(Repeated(DomainDispatcherApplication(create_backend_app)), identity)
    # Port 0: the kernel picks a free port and nobody can take it in between.
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if until_stdin_closes:
        end_with_parent()
    with os.fdopen(ready_fd, "w") as ready:
        ready.write(json.dumps({"pid": os.getpid(), "port": server.server_port}) + "\n")
    server.serve_forever()


def print_gaps(as_json: bool) -> None:
    if as_json:
        print(json.dumps({"filled": [dataclasses.asdict(gap) for gap in GAPS], "leftOpen": LEFT_OPEN}, indent=2))
        return
    for gap in GAPS:
        print(f"{gap.service} {gap.action} ({gap.kind} in moto {gap.moto})\n  supplies: {gap.supplies}\n  why: {gap.why}")
    print("\nLeft open:")
    for left in LEFT_OPEN:
        print(f"{left['service']} {left['action']}: {left['difference']}")


def main() -> None:
    parser = argparse.ArgumentParser(description="The mock of AWS: moto with the gaps filled that this platform meets.")
    parser.add_argument("--list-gaps", action="store_true", help="print what is filled, and why, and stop")
    parser.add_argument("--json", action="store_true", help="with --list-gaps: as JSON")
    parser.add_argument("--ready-fd", type=int, default=1, help="file descriptor that gets the port (default: 1)")
    parser.add_argument("--token", default="", help="word by which the starter knows this mock again")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end together with the starter")
    options = parser.parse_args()
    if options.list_gaps:
        print_gaps(options.json)
    else:
        serve(options.ready_fd, options.token, options.until_stdin_closes)


if __name__ == "__main__":
    main()
