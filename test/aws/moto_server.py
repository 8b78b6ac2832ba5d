"""moto's server, with what provider-aws needs and moto lacks or reports otherwise than AWS.

simulator.sh puts it in place of the command that moto brings along, whose arguments it takes.
"""

import functools
import io
import json
import re
import secrets
import sys

import cbor2
from botocore import xform_name
from botocore.parsers import create_parser
from botocore.session import get_session
from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.rds.models import DBInstance, RDSBackend
from moto.server import main
from werkzeug.test import run_wsgi_app


def replaces(owner, name):
    """Puts the function in place of a method, which it gets after self."""

    def put(function):
        setattr(owner, name, functools.partialmethod(function, getattr(owner, name)))
        return function

    return put


insights = ("enable_performance_insights", "performance_insights_retention_period")


@replaces(DBInstance, "__init__")
def as_rds_has_it(self, init, *args, **properties):
    """moto gives one id to all, by which the provider takes a restored instance for the one that it was restored of, and forgets
    Performance Insights, for which the provider would ask again and again."""
    init(self, *args, **properties)
    self.dbi_resource_id = f"db-{secrets.token_hex(13).upper()}"
    for setting in insights:
        setattr(self, setting, properties.get(setting))


DBInstance.performance_insights_enabled = property(lambda self: bool(self.enable_performance_insights))


@replaces(RDSBackend, "restore_db_instance_to_point_in_time")
def as_no_replica(self, restore, *args, **properties):
    """moto reports the source of an instance that was restored to a point in time as what it is a replica of."""
    instance = restore(self, *args, **properties)
    instance.source_db_instance_identifier = None
    return instance


# The local cluster resolves it to the machine, where a test may have a server answer.
DBInstance.address = property(lambda self: f"{self.db_instance_identifier}.rds.aws.internal")


@replaces(ElastiCacheBackend, "create_replication_group")
def with_replicas(self, create, **asked):
    """moto counts no clusters, and tells no reader where to go."""
    if asked["num_cache_clusters"]:
        asked["replicas_per_node_group"] = asked["num_cache_clusters"] - 1
    group = create(self, **asked)
    for nodes in group.node_groups:
        nodes["reader_endpoint"] = {"address": nodes.get("reader_endpoint_address"), "port": group.port}
    return group


@replaces(ElastiCacheBackend, "describe_cache_clusters")
def with_the_nodes_of_groups(self, describe, cache_cluster_id=None):
    """The provider reads most of a replication group from its first node, and moto makes no nodes."""
    nodes = {
        node: {
            "CacheClusterId": node,
            "CacheClusterStatus": "available",
            "CacheNodeType": group.cache_node_type,
            "Engine": group.engine,
            "EngineVersion": f"{group.engine_version}.0",
            "CacheParameterGroup": {"CacheParameterGroupName": group.cache_parameter_group_name},
            "CacheSubnetGroupName": group.cache_subnet_group_name,
            "SecurityGroups": [{"SecurityGroupId": each, "Status": "active"} for each in group.security_group_ids or []],
            "PreferredMaintenanceWindow": group.preferred_maintenance_window,
            "AutoMinorVersionUpgrade": group.auto_minor_version_upgrade,
            "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
            "TransitEncryptionEnabled": group.transit_encryption_enabled,
            "TransitEncryptionMode": group.transit_encryption_mode,
            "AuthTokenEnabled": group.auth_token_enabled,
            "ReplicationGroupId": group.replication_group_id,
        }
        for group in self.replication_groups.values()
        for node in group.member_clusters
    }
    return [nodes[cache_cluster_id]] if cache_cluster_id in nodes else describe(self, cache_cluster_id)


# moto ignores these.
modifiable = [
    "AutoMinorVersionUpgrade",
    "CacheParameterGroupName",
    "EngineVersion",
    "PreferredMaintenanceWindow",
    "SecurityGroupIds",
    "SnapshotWindow",
    "TransitEncryptionMode",
]


@replaces(ElastiCacheResponse, "modify_replication_group")
def with_all_that_it_asks_for(self, modify):
    group = self.elasticache_backend.replication_groups.get(self._get_param("ReplicationGroupId"))
    for parameter in modifiable:
        if group is not None and self._get_param(parameter) is not None:
            setattr(group, xform_name(parameter), self._get_param(parameter))
    return modify(self)


class CacheParameterGroupNotFound(ElastiCacheException):
    code = "CacheParameterGroupNotFound"


class CacheParameterGroups:
    """The parameter groups of ElastiCache, of which moto has none."""

    def _groups(self):
        return vars(self.elasticache_backend).setdefault("cache_parameter_groups", {})

    def _group(self):
        name = self._get_param("CacheParameterGroupName")
        if name not in self._groups():
            raise CacheParameterGroupNotFound(f"CacheParameterGroup not found: {name}")
        return self._groups()[name]

    def create_cache_parameter_group(self):
        name, backend = self._get_param("CacheParameterGroupName"), self.elasticache_backend
        arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}"
        asked = {key: self._get_param(key) for key in ("CacheParameterGroupName", "CacheParameterGroupFamily", "Description")}
        self._groups()[name] = {**asked, "ARN": arn, "Parameters": {}}
        backend.add_tags_to_resource(arn, self._get_param("Tags", []))
        return ActionResult({"CacheParameterGroup": self._groups()[name]})

    def describe_cache_parameter_groups(self):
        return ActionResult({"CacheParameterGroups": [self._group()]})

    def describe_cache_parameters(self):
        said = [{"ParameterName": name, "ParameterValue": value} for name, value in self._group()["Parameters"].items()]
        return ActionResult({"Parameters": said})

    def modify_cache_parameter_group(self):
        for parameter in self._get_param("ParameterNameValues", []):
            self._group()["Parameters"][parameter["ParameterName"]] = parameter["ParameterValue"]
        return ActionResult({"CacheParameterGroupName": self._group()["CacheParameterGroupName"]})

    def reset_cache_parameter_group(self):
        for parameter in self._get_param("ParameterNameValues", []):
            self._group()["Parameters"].pop(parameter["ParameterName"], None)
        return ActionResult({"CacheParameterGroupName": self._group()["CacheParameterGroupName"]})

    def delete_cache_parameter_group(self):
        del self._groups()[self._group()["CacheParameterGroupName"]]
        return EmptyResult()


ElastiCacheResponse.__bases__ = (CacheParameterGroups, *ElastiCacheResponse.__bases__)
# moto takes none of a parameter group.
ElastiCacheBackend.list_tags_for_resource = lambda self, arn: self.tagging_service.list_tags_for_resource(arn)


@replaces(DomainDispatcherApplication, "__call__")
def in_cbor(self, dispatch, environ, start_response):
    """Takes and gives what is said to CloudWatch in Smithy's RPC v2 CBOR, as the provider does, where moto knows JSON only.

    https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
    """
    asked = re.fullmatch(r"/service/(\w+)/operation/(\w+)", environ["PATH_INFO"])
    if asked is None:
        return dispatch(self, environ, start_response)
    target, operation = asked.groups()
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    told = json.dumps(cbor2.loads(body) if body else {}).encode()
    as_json = {
        "PATH_INFO": "/",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "CONTENT_LENGTH": str(len(told)),
        "HTTP_X_AMZ_TARGET": f"{target}.{operation}",
        "wsgi.input": io.BytesIO(told),
    }
    answer, status, _ = run_wsgi_app(functools.partial(dispatch, self), {**environ, **as_json})
    text = b"".join(answer) or b"{}"
    if status.startswith("2"):
        shape = get_session().get_service_model("cloudwatch").operation_model(operation).output_shape
        said = create_parser("json").parse({"body": text, "headers": {}, "status_code": 200}, shape)
        del said["ResponseMetadata"]
    else:
        said = json.loads(text)
    content = cbor2.dumps(said, datetime_as_timestamp=True)
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "Content-Length": str(len(content))}
    start_response(status, list(headers.items()))
    return [content]


if __name__ == "__main__":
    sys.exit(main())
