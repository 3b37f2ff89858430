"""YAML as the service reads it: the core schema of YAML 1.2, in which `no`, `on`, 12:30 and 2024-01-01 are text."""

import re
from typing import Any

import yaml

FASTEST: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it."""

TAG = "tag:yaml.org,2002:"

RESOLVED = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN", list("-+.0123456789")),
)
"""The kinds that a plain word may be of (YAML 1.2.2, 10.3.2), the words of each, and what such a word begins with. All others are text."""


class CoreLoader(FASTEST):
    """PyYAML reads YAML 1.1; this reads plain words by the rules of 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


def whole_number(loader: Any, node: yaml.ScalarNode) -> int:
    """In 1.2 a leading 0 means nothing, and 0o means octal."""
    text = loader.construct_scalar(node)
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


for kind, words, first in RESOLVED:
    CoreLoader.add_implicit_resolver(f"{TAG}{kind}", re.compile(rf"(?:{words})\Z"), first)
CoreLoader.add_constructor(f"{TAG}int", whole_number)


def read_yaml(text: str) -> Any:
    """The value of the one document. @raises yaml.YAMLError, ValueError."""
    return yaml.load(text, Loader=CoreLoader)
