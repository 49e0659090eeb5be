"""The git revision that runs, read from the repository's files: no process is started for it."""

import os
import time

_key = "vcs.ref.head.revision"
_unread = object()
_revision = _unread
# One run of the program, told apart from the next: process numbers are used again.
_process = "%d-%d" % (os.getpid(), int(time.time() * 1000))


def with_revision(resource):
    """The resource with the revision, and with what tells whose spans these are, unless it says so already."""
    global _revision
    ours = dict(_from_environment())
    if _revision is _unread:
        _revision = read_revision(os.getcwd()) or read_revision(ours.get("llm_trace_inspector.workspace") or "")
    wanted = {_key: _revision, "llm_trace_inspector.process": _process, **ours}
    missing = {key: value for key, value in wanted.items() if value and key not in resource.attributes}
    if not missing:
        return resource
    return type(resource)({**resource.attributes, **missing}, resource.schema_url)


def _from_environment():
    """Our own keys in OTEL_RESOURCE_ATTRIBUTES: a resource that is made without `Resource.create` lacks them."""
    for item in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "").split(","):
        key, equals, value = item.partition("=")
        if equals and key.strip().startswith("llm_trace_inspector."):
            from urllib.parse import unquote

            yield key.strip(), unquote(value.strip())


def read_revision(folder):
    """The commit that HEAD names in the repository around `folder`; None where there is none."""
    try:
        git = _git_folder(os.path.abspath(folder)) if folder else None
        return None if git is None else _resolve(git)
    except OSError:
        return None


def _git_folder(folder):
    for _ in range(64):
        git = os.path.join(folder, ".git")
        if os.path.isdir(git):
            return git
        if os.path.isfile(git):
            # A worktree or a submodule.
            text = _read(git)
            if text.startswith("gitdir:"):
                return os.path.join(folder, text[7:].strip())
            return None
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return None


def _resolve(git):
    head = _read(os.path.join(git, "HEAD")).strip()
    if not head.startswith("ref:"):
        return _commit(head)
    name = head[4:].strip()
    if not name.startswith("refs/") or ".." in name:
        return None
    common = git
    if os.path.isfile(os.path.join(git, "commondir")):
        common = os.path.join(git, _read(os.path.join(git, "commondir")).strip())
    for folder in (git, common):
        path = os.path.join(folder, *name.split("/"))
        if os.path.isfile(path):
            return _commit(_read(path).strip())
    packed = os.path.join(common, "packed-refs")
    if os.path.isfile(packed):
        with open(packed, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                commit, _, ref = line.strip().partition(" ")
                if ref == name:
                    return _commit(commit)
    return None


def _commit(text):
    return text if len(text) in (40, 64) and all(char in "0123456789abcdef" for char in text) else None


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(4096)
