"""Where spans go: paths of files must not leave the machine."""


def names_other_host(endpoint):
    """Whether an endpoint (`https://host:port/path`, `host:port`) is on another machine; False when there is none."""
    if not endpoint or not isinstance(endpoint, str):
        return False
    rest = endpoint.strip().partition("://")[2] or endpoint.strip()
    rest = rest.split("/", 1)[0].rpartition("@")[2]
    if rest.startswith("["):
        host = rest[1:].partition("]")[0]
    elif rest.count(":") > 1:
        host = rest
    else:
        host = rest.partition(":")[0]
    host = host.lower().rstrip(".")
    if host in ("localhost", "::1", "0:0:0:0:0:0:0:1", "0.0.0.0", "::", ""):
        return False
    parts = host.split(".")
    is_v4 = len(parts) == 4 and all(part.isdigit() for part in parts)
    return not (host.endswith(".localhost") or (is_v4 and parts[0] == "127") or host.startswith("::ffff:127."))
