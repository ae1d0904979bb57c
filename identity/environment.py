"""What this domain reads of the environment beside what all read."""

from typing import Any

from chassis.environment import Environment


def read(env: Environment) -> dict[str, Any]:
    """MAGENTO1_PASSWORDS=0 refuses the two bare MD5 forms of Magento 1, whose owners then cannot sign in."""
    return {"MAGENTO1_PASSWORDS": env.flag("MAGENTO1_PASSWORDS", default=True)}
