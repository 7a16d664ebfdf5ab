"""CloudFront and Lambda."""

import json
from typing import Any

from pulumi import AssetArchive, StringAsset

from tests.provider.cases import Ask, Case, Ref

CODE = "def main(event, context):\n    return {'got': event}\n"
OTHER_CODE = "def main(event, context):\n    return 'other'\n"
VIEWER = "function handler(event) { return event.request; }"
SECURITY = {
    "contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'self'", "override": True},
    "contentTypeOptions": {"override": True},
    "frameOptions": {"frameOption": "DENY", "override": True},
    "referrerPolicy": {"referrerPolicy": "same-origin", "override": True},
    "strictTransportSecurity": {"accessControlMaxAgeSec": 31536000, "includeSubdomains": True, "override": True},
}


def behavior(**more: Any) -> dict[str, Any]:
    return {
        "targetOriginId": "alb", "viewerProtocolPolicy": "redirect-to-https", "compress": True,
        "allowedMethods": ["GET", "HEAD", "OPTIONS"], "cachedMethods": ["GET", "HEAD"],
        "cachePolicyId": Ref("cache-policy"), **more,
    }  # fmt: skip


def key(gzip: bool) -> dict[str, Any]:
    return {
        "enableAcceptEncodingGzip": gzip, "enableAcceptEncodingBrotli": True,
        "cookiesConfig": {"cookieBehavior": "none"}, "headersConfig": {"headerBehavior": "none"},
        "queryStringsConfig": {"queryStringBehavior": "none"},
    }  # fmt: skip


ORIGIN = {
    "originId": "alb", "domainName": "some.elb.amazonaws.com",
    "customOriginConfig": {"httpPort": 80, "httpsPort": 443, "originProtocolPolicy": "http-only",
                           "originSslProtocols": ["TLSv1.2"], "originReadTimeout": 30},
}  # fmt: skip

CASES = {
    "cache-policy": Case(
        token="aws:cloudfront/cachePolicy:CachePolicy",
        inputs={"comment": "Assets", "minTtl": 0, "defaultTtl": 100, "maxTtl": 200,
                "parametersInCacheKeyAndForwardedToOrigin": key(True)},
        ask=Ask("cloudfront", "get_cache_policy", {"Id": "{id}"}, "CachePolicy.CachePolicyConfig"),
        shows={"DefaultTTL": 100, "ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip": True},
        change={"defaultTtl": 150, "parametersInCacheKeyAndForwardedToOrigin": key(False)},
        shows_changed={"DefaultTTL": 150, "ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip": False},
        outputs={"etag": ".+", "arn": r"arn:aws:cloudfront::\d{12}:cache-policy/.+"},
    ),
    "origin-policy": Case(
        token="aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
        inputs={"comment": "All", "cookiesConfig": {"cookieBehavior": "all"},
                "headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["Host", "Accept"]}},
                "queryStringsConfig": {"queryStringBehavior": "all"}},
        ask=Ask("cloudfront", "get_origin_request_policy", {"Id": "{id}"},
                "OriginRequestPolicy.OriginRequestPolicyConfig"),
        shows={"HeadersConfig.Headers.Quantity": 2},
        change={"headersConfig": {"headerBehavior": "allViewer"}},
        shows_changed={"HeadersConfig.HeaderBehavior": "allViewer"},
    ),
    "headers-policy": Case(
        token="aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        inputs={"comment": "Security", "securityHeadersConfig": SECURITY,
                "customHeadersConfig": {"items": [{"header": "x-one", "override": True, "value": "1"}]}},
        ask=Ask("cloudfront", "get_response_headers_policy", {"Id": "{id}"},
                "ResponseHeadersPolicy.ResponseHeadersPolicyConfig"),
        shows={"SecurityHeadersConfig.FrameOptions.FrameOption": "DENY",
               "CustomHeadersConfig.Items[0].Header": "x-one"},
        change={"customHeadersConfig": {"items": [{"header": "x-two", "override": False, "value": "2"}]}},
        shows_changed={"CustomHeadersConfig.Items[0].Header": "x-two"},
    ),
    "viewer-function": Case(
        token="aws:cloudfront/function:Function",
        inputs={"runtime": "cloudfront-js-2.0", "comment": "Deep links", "code": VIEWER, "tags": {"a": "b"}},
        ask=Ask("cloudfront", "describe_function", {"Name": "{id}", "Stage": "LIVE"}, "FunctionSummary.FunctionConfig"),
        shows={"Comment": "Deep links"},
        change={"code": VIEWER + "// changed", "comment": "Other"},
        shows_changed={"Comment": "Other"},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:cloudfront::\d{12}:function/viewer-function-.+"},
    ),
    "distribution": Case(
        token="aws:cloudfront/distribution:Distribution",
        inputs={
            "enabled": True, "comment": "Site", "httpVersion": "http2and3", "isIpv6Enabled": True,
            "priceClass": "PriceClass_100", "waitForDeployment": False, "origins": [ORIGIN],
            "defaultCacheBehavior": behavior(
                responseHeadersPolicyId=Ref("headers-policy"), originRequestPolicyId=Ref("origin-policy"),
                functionAssociations=[{"eventType": "viewer-request", "functionArn": Ref("viewer-function", "arn")}],
            ),
            "orderedCacheBehaviors": [behavior(pathPattern="/assets/*"), behavior(pathPattern="/api/*")],
            "customErrorResponses": [{"errorCode": 503, "errorCachingMinTtl": 0}],
            "restrictions": {"geoRestriction": {"restrictionType": "none"}},
            "viewerCertificate": {"cloudfrontDefaultCertificate": True}, "tags": {"a": "b"},
            "loggingConfig": {"bucket": "logs.s3.amazonaws.com", "prefix": "cloudfront/"},
        },
        ask=Ask("cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution.DistributionConfig"),
        shows={
            "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "logs.s3.amazonaws.com",
                        "Prefix": "cloudfront/"},
            "Enabled": True, "HttpVersion": "http2and3", "CacheBehaviors.Quantity": 2,
            "DefaultCacheBehavior.AllowedMethods.CachedMethods.Quantity": 2,
            "DefaultCacheBehavior.FunctionAssociations.Items[0].EventType": "viewer-request",
            "Origins.Items[0].CustomOriginConfig.OriginSslProtocols.Items": ["TLSv1.2"],
        },
        change={"comment": "Other", "orderedCacheBehaviors": [behavior(pathPattern="/api/*")],
                "customErrorResponses": []},
        shows_changed={"Comment": "Other", "CacheBehaviors.Quantity": 1},
        outputs={"domainName": r"d[a-z0-9]+\.cloudfront\.localhost:\d+", "hostedZoneId": "Z2FDTNDATAQYW2",
                 "arn": r"arn:aws:cloudfront::\d{12}:distribution/E.+", "status": "Deployed"},
    ),
    "vpc-origin": Case(
        token="aws:cloudfront/vpcOrigin:VpcOrigin",
        inputs={"vpcOriginEndpointConfig": {
                    "name": "test", "arn": Ref("balancer", "arn"), "httpPort": 80, "httpsPort": 443,
                    "originProtocolPolicy": "http-only",
                    "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1}},
                "tags": {"a": "b"}},
        ask=Ask("cloudfront", "get_vpc_origin", {"Id": "{id}"}, "VpcOrigin.VpcOriginEndpointConfig"),
        shows={"Arn": Ref("balancer", "arn"), "HTTPPort": 80, "OriginSslProtocols.Items": ["TLSv1.2"]},
        change={"vpcOriginEndpointConfig": {
            "name": "test", "arn": Ref("balancer", "arn"), "httpPort": 8080, "httpsPort": 443,
            "originProtocolPolicy": "http-only", "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1}}},
        shows_changed={"HTTPPort": 8080},
        outputs={"arn": r"arn:aws:cloudfront::\d{12}:vpcorigin/vo_.+", "etag": ".+"},
    ),
    "distribution-of-a-vpc": Case(
        token="aws:cloudfront/distribution:Distribution",
        inputs={
            "enabled": True,
            "origins": [{"originId": "alb", "domainName": Ref("balancer", "dnsName"),
                         "vpcOriginConfig": {"vpcOriginId": Ref("vpc-origin"), "originReadTimeout": 40}}],
            "defaultCacheBehavior": behavior(),
            "restrictions": {"geoRestriction": {"restrictionType": "none"}},
            "viewerCertificate": {"cloudfrontDefaultCertificate": True},
        },
        ask=Ask("cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution.DistributionConfig.Origins.Items[0]"),
        shows={"VpcOriginConfig.VpcOriginId": Ref("vpc-origin"), "VpcOriginConfig.OriginReadTimeout": 40},
    ),
    "origin-access": Case(
        token="aws:cloudfront/originAccessControl:OriginAccessControl",
        inputs={"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"},
        ask=Ask("cloudfront", "get_origin_access_control", {"Id": "{id}"},
                "OriginAccessControl.OriginAccessControlConfig"),
        shows={"SigningBehavior": "always"},
        change={"signingBehavior": "no-override"},
        shows_changed={"SigningBehavior": "no-override"},
        outputs={"arn": r"arn:aws:cloudfront::\d{12}:origin-access-control/E.+"},
    ),
    "distribution-of-a-bucket": Case(
        token="aws:cloudfront/distribution:Distribution",
        inputs={
            "enabled": True,
            "origins": [ORIGIN, {"originId": "bucket", "domainName": Ref("bucket", "bucketRegionalDomainName"),
                                 "originAccessControlId": Ref("origin-access")}],
            "originGroups": [{"originId": "group", "failoverCriteria": {"statusCodes": [403, 503]},
                              "members": [{"originId": "bucket"}, {"originId": "alb"}]}],
            "defaultCacheBehavior": behavior(targetOriginId="group"),
            "restrictions": {"geoRestriction": {"restrictionType": "none"}},
            "viewerCertificate": {"cloudfrontDefaultCertificate": True},
        },
        ask=Ask("cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution.DistributionConfig"),
        shows={"OriginGroups.Items[0].Members.Items[].OriginId": ["bucket", "alb"],
               "OriginGroups.Items[0].FailoverCriteria.StatusCodes": {"Quantity": 2, "Items": [403, 503]},
               "Origins.Items[1].OriginAccessControlId": Ref("origin-access"),
               "Origins.Items[1].S3OriginConfig.OriginAccessIdentity": ""},
        change={"originGroups": [{"originId": "group", "failoverCriteria": {"statusCodes": [404]},
                                  "members": [{"originId": "alb"}, {"originId": "bucket"}]}]},
        shows_changed={"OriginGroups.Items[0].Members.Items[].OriginId": ["alb", "bucket"],
                       "OriginGroups.Items[0].FailoverCriteria.StatusCodes.Items": [404]},
    ),
    "named-distribution": Case(
        token="aws:cloudfront/distribution:Distribution",
        inputs={
            "enabled": True, "origins": [ORIGIN], "defaultCacheBehavior": behavior(),
            "aliases": ["site.example", "www.site.example"],
            "restrictions": {"geoRestriction": {"restrictionType": "none"}},
            "viewerCertificate": {"acmCertificateArn": Ref("certificate"), "sslSupportMethod": "sni-only",
                                  "minimumProtocolVersion": "TLSv1.2_2021"},
        },
        ask=Ask("cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution.DistributionConfig"),
        shows={"Aliases.Items": ["site.example", "www.site.example"],
               "ViewerCertificate.ACMCertificateArn": Ref("certificate"),
               "ViewerCertificate.MinimumProtocolVersion": "TLSv1.2_2021"},
        change={"aliases": ["www.site.example"]},
        shows_changed={"Aliases.Items": ["www.site.example"]},
    ),
    "key-values": Case(
        token="aws:cloudfront/keyValueStore:KeyValueStore",
        inputs={"comment": "Switches", "tags": {"a": "b"}},
        ask=Ask("cloudfront", "describe_key_value_store", {"Name": "{id}"}, "KeyValueStore"),
        shows={"Comment": "Switches"},
        change={"comment": "Other"},
        shows_changed={"Comment": "Other"},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:cloudfront::\d{12}:key-value-store/.+"},
    ),
    "function": Case(
        token="aws:lambda/function:Function",
        inputs={
            "description": "Resets", "runtime": "python3.12", "handler": "handler.main",
            "role": Ref("other-role", "arn"), "code": AssetArchive({"handler.py": StringAsset(CODE)}), "timeout": 10,
            "memorySize": 256, "environment": {"variables": {"A": "1"}},
            "loggingConfig": {"logFormat": "JSON", "logGroup": Ref("log", "name")}, "tags": {"a": "b"},
        },
        ask=Ask("lambda", "get_function", {"FunctionName": "{id}"}, "Configuration"),
        shows={"Handler": "handler.main", "MemorySize": 256, "Environment.Variables": {"A": "1"}, "Timeout": 10},
        change={"memorySize": 128, "environment": {"variables": {"A": "2"}},
                "code": AssetArchive({"handler.py": StringAsset(OTHER_CODE)})},
        shows_changed={"MemorySize": 128, "Environment.Variables": {"A": "2"}},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:lambda:us-east-1:\d{12}:function:function-.+", "version": r"\$LATEST"},
        behind=("lambda", "update_function_configuration", {"FunctionName": "{id}", "Timeout": 33}),
    ),
    "permission": Case(
        token="aws:lambda/permission:Permission",
        inputs={"function": Ref("function", "name"), "action": "lambda:InvokeFunction",
                "principal": "events.amazonaws.com", "sourceArn": "arn:aws:events:us-east-1:000000000000:rule/x"},
        ask=Ask("lambda", "get_policy", {"FunctionName": "{function}"}, "contains(Policy, '{statementId}')"),
        replace=[{"principal": "s3.amazonaws.com"}],
        import_id="{function}/{statementId}",
    ),
    "invocation": Case(
        token="aws:lambda/invocation:Invocation",
        inputs={"functionName": Ref("function", "name"), "input": json.dumps({"tag": "1"})},
        ask=Ask("lambda", "get_function", {"FunctionName": "{functionName}"}, "Configuration"),
        replace=[{"input": json.dumps({"tag": "2"})}],
        outputs={"result": r'\{"got": \{"tag": "1"\}\}'},
        import_id="",
        stays=True,
    ),
}  # fmt: skip
