"""A birthday offer, and offers on days of the Chinese calendar.

The storefront gives the birthday as the context's attribute `birthday`, a month and a day such as `09-25`; with
`birthday-calendar` `lunar` they are of the Chinese calendar. What no attribute says is not guessed.
"""

import datetime
import json

import lunar
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

RATE = {"description": "Hundredths of a percent", "type": "integer", "minimum": 1, "maximum": 10000}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "birthday": {
            "type": "object",
            "required": ["basisPoints"],
            "additionalProperties": False,
            "properties": {"basisPoints": RATE, "daysAround": {"type": "integer", "minimum": 0, "maximum": 30}},
        },
        "festivals": {
            "type": "array",
            "maxItems": 16,
            "items": {
                "type": "object",
                "required": ["code", "month", "day", "basisPoints", "messages"],
                "additionalProperties": False,
                "properties": {
                    "code": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
                    "month": {"description": "Of the Chinese calendar", "type": "integer", "minimum": 1, "maximum": 12},
                    "day": {"type": "integer", "minimum": 1, "maximum": 30},
                    "daysBefore": {"type": "integer", "minimum": 0, "maximum": 30},
                    "basisPoints": RATE,
                    "messages": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        },
    },
}


def near(moment, month, day, calendar, before, after):
    """Whether that day of the year is today, or within so many days; in the Chinese calendar, of a month that is no leap month.

    A month that is too short for the day has it on its last one: 29 February is the 28th of common years, and the 30th of the
    twelfth month, New Year's Eve, the 29th of years that end so.
    """
    today = datetime.date(moment.year, moment.month, moment.day)
    for distance in range(-after, before + 1):
        found, next_day = (on(today, distance + further, calendar) for further in (0, 1))
        if found == (month, day):
            return True
        if found and next_day and found[0] == month and found[1] < day and next_day[0] != month:
            return True
    return False


def on(today, distance, calendar):
    """Month and day so many days from today; None where the calendar does not reach."""
    date = today + datetime.timedelta(days=distance)
    return lunar.of(date.year, date.month, date.day) if calendar == "lunar" else (date.month, date.day)


def birthday(context):
    """Month, day and calendar of the shopper's birthday; None where the storefront does not say it."""
    said = {attribute.name: attribute.value for attribute in context.attributes}
    month, _, day = said.get("birthday", "").partition("-")
    if not (month.isdigit() and day.isdigit()):
        return None
    return int(month), int(day), said.get("birthday-calendar", "solar")


def proposal(cart, code, basis_points, messages):
    targets = [Target(line=line.id, units=None) for line in cart.lines]
    return Proposal(
        code=code,
        action=Action_PercentOff(ShareOff(targets=targets, basis_points=basis_points)),
        messages=[Message(language, text) for language, text in messages.items()],
        lane=None,
        tags=["calendar"],
        combines_with=None,
        attributes=[],
    )


class WitWorld(wit_world.WitWorld):
    def describe(self):
        return Description(
            name="calendar",
            version="1.0.0",
            needs=[Attribute("tier", "large")],
            config_schema=json.dumps(SCHEMA),
            messages=[Message("en", "Birthdays and days of the Chinese calendar"), Message("zh", "生日与农历节日优惠")],
        )

    def evaluate(self, cart, context, config, earlier):
        config = json.loads(config)
        if not config:
            raise Err(Error_Configuration("`birthday`, `festivals` or both must be there"))
        if not cart.lines:
            return []
        proposals = []
        offer, born = config.get("birthday"), birthday(context)
        if offer and born:
            month, day, calendar = born
            around = offer.get("daysAround", 0)
            if near(context.moment, month, day, calendar, around, around):
                said = {"en": "Happy birthday", "zh": "生日快乐"}
                proposals.append(proposal(cart, "birthday", offer["basisPoints"], said))
        for feast in config.get("festivals", []):
            if near(context.moment, feast["month"], feast["day"], "lunar", feast.get("daysBefore", 0), 0):
                proposals.append(proposal(cart, feast["code"], feast["basisPoints"], feast["messages"]))
        return proposals
