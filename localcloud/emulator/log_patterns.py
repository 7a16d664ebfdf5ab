"""Lets CloudWatch Logs find events by one member of their JSON; MiniStack takes every event for such a pattern.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import json
import re
from collections.abc import Callable

from ministack.services import cloudwatch_logs

ONE_MEMBER = re.compile(r'\{\s*\$\.([\w.-]+)\s*=\s*("[^"*]*")\s*\}')


def match_json() -> None:
    compile_other = cloudwatch_logs._compile_filter_pattern

    def compiled(pattern: str) -> Callable[[str], bool]:
        found = ONE_MEMBER.fullmatch(pattern.strip())
        if not found:
            matcher: Callable[[str], bool] = compile_other(pattern)
            return matcher
        path, wanted = found[1].split("."), json.loads(found[2])
        return lambda message: member(message, path) == wanted

    cloudwatch_logs._compile_filter_pattern = compiled


def member(message: str, path: list[str]) -> object:
    """None where the message is no JSON, or has no such member."""
    try:
        value = json.loads(message)
        for name in path:
            value = value[name]
    except (ValueError, KeyError, TypeError):
        return None
    return value
