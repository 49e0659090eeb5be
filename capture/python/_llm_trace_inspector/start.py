"""What sitecustomize.py does: installs the hook, leaves sys.path, runs the next sitecustomize."""

import os
import sys


def run(file):
    hook = _install()
    try:
        _run_next(_leave_path(os.path.normcase(os.path.dirname(os.path.abspath(file)))))
    finally:
        if hook is not None:
            hook.stay_first()


def _install():
    if os.environ.get("LLM_TRACE_INSPECTOR_CAPTURE", "").strip().lower() == "off":
        return None
    try:
        kept, sys.dont_write_bytecode = sys.dont_write_bytecode, False
        try:
            from . import hook
        finally:
            sys.dont_write_bytecode = kept
        hook.install()
        return hook
    except Exception:
        if os.environ.get("LLM_TRACE_INSPECTOR_DEBUG"):
            import traceback

            traceback.print_exc()
        return None


def _leave_path(here):
    """Takes our folder off sys.path; gives what comes behind it, where the next sitecustomize is looked for."""
    ours = [i for i, entry in enumerate(sys.path) if os.path.normcase(os.path.abspath(entry or ".")) == here]
    for index in reversed(ours):
        del sys.path[index]
    return sys.path[ours[0] if ours else 0 :]


def _run_next(behind):
    """Runs the next sitecustomize under that name. Its errors are its own, and a missing one is missing."""
    spec = sys.modules["_frozen_importlib_external"].PathFinder.find_spec("sitecustomize", behind)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("No module named 'sitecustomize'", name="sitecustomize")
    module = sys.modules["_frozen_importlib"].module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)
