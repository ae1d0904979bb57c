"""The platform domain as its own service: composition only, no rule. Never imported by the domain's code."""
