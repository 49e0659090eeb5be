"""Which files are the user's own."""

import os
import sys

LIBRARY = 0
USER = 1

#: Frames of these functions run what someone else handed in; what is below them on the stack did not call it.
_loops = (
    ("/asyncio/events.py", frozenset(["_run"])),
    ("/asyncio/base_events.py", frozenset(["_run_once", "run_forever"])),
    ("/trio/_core/_run.py", frozenset(["unrolled_run", "guest_tick"])),
    ("/gevent/_hub_local.py", frozenset(["run"])),
    ("/tornado/ioloop.py", frozenset(["_run_callback", "start"])),
    ("/twisted/internet/base.py", frozenset(["runUntilCurrent", "mainLoop"])),
    # Our own wrapper around a library's reports of calls that are over.
    ("/_llm_trace_inspector/entries.py", frozenset(["report_call", "report_call_later"])),
)

_cwd = os.getcwd() if not sys.platform.startswith("win") else os.path.abspath(os.curdir)
_kinds = {}


def _normal(path):
    return os.path.normcase(path).replace("\\", "/")


def _folders():
    standard = _normal(os.path.dirname(os.path.abspath(os.__file__)))
    ours = _normal(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = {standard, ours}
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        prefix = _normal(prefix).rstrip("/")
        found.update(prefix + part for part in ("/bin", "/scripts", "/lib/python", "/lib64/python"))
    return tuple(folder + "/" if not folder.endswith("/python") else folder for folder in found)


_library_folders = _folders()

#: Debuggers bring their own copies, outside of any site-packages.
_library_parts = (
    "/site-packages/",
    "/dist-packages/",
    "/lib/python3.",
    "/debugpy/_vendored/",
    "/debugpy/launcher/",
    "/debugpy/server/",
    "/debugpy/__main__.py",
    "/pydev/pydevd",
    "/ipykernel_",
    ".zip/",
    ".egg/",
)


def absolute(filename):
    return filename if os.path.isabs(filename) else os.path.join(_cwd, filename)


def kind_of(filename):
    """USER, LIBRARY, or for an event loop's file the names of the functions that end the search."""
    kind = _kinds.get(filename)
    if kind is None:
        if len(_kinds) > 20000:
            _kinds.clear()
        kind = _kinds[filename] = _classify(filename)
    return kind


def _classify(filename):
    if not filename or filename.startswith("<"):
        return LIBRARY
    path = _normal(absolute(filename))
    for end, names in _loops:
        if path.endswith(end):
            return names
    if path.startswith(_library_folders) or any(part in path for part in _library_parts):
        return LIBRARY
    return USER
