"""Pages and blocks that staff write: texts by scope, addresses by view with redirects, and a time to be shown."""
