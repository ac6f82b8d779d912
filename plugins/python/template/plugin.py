"""A part of the price off every line, from so many units of it on. See wit/plugin.wit for what goes in and out."""

import json

import wit_world
from componentize_py_types import Err
from wit_world.imports.types import (
    Action_PercentOff,
    Attribute,
    Description,
    Error_Configuration,
    Message,
    Proposal,
    ShareOff,
    Target,
)

SCHEMA = {
    "type": "object",
    "required": ["units", "basisPoints"],
    "properties": {
        "units": {"type": "integer", "minimum": 1},
        "basisPoints": {"type": "integer", "minimum": 1, "maximum": 10000},
    },
}


class WitWorld(wit_world.WitWorld):
    def describe(self):
        return Description(
            name="my-plugin",
            version="0.1.0",
            # Python brings its interpreter: it needs the large tier.
            needs=[Attribute("tier", "large")],
            config_schema=json.dumps(SCHEMA),
            messages=[Message("en", "Less for many of one")],
        )

    def evaluate(self, cart, context, config, earlier):
        config = json.loads(config)
        units, basis_points = config.get("units"), config.get("basisPoints")
        # An upload asks before there is a configuration. Any other exception would be a trap.
        if units is None or basis_points is None:
            raise Err(Error_Configuration("`units` and `basisPoints` must be there"))
        targets = [Target(line.id, None) for line in cart.lines if line.quantity >= units]
        if not targets:
            return []
        return [
            Proposal(
                code="many-of-one",
                action=Action_PercentOff(ShareOff(targets, basis_points)),
                messages=[Message("en", f"{units} or more of one")],
                lane=None,
                tags=[],
                combines_with=None,
                attributes=[],
            )
        ]
