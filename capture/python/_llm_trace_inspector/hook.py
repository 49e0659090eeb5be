"""Waits for the few modules that are patched, at the cost of one look-up in a dict for each import."""

import os
import sys

_installed = False

#: Our folder as it stands in PYTHONPATH.
_folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def report():
    """Tells of an error of ours where someone asked for it; the program never hears of one."""
    if os.environ.get("LLM_TRACE_INSPECTOR_DEBUG"):
        try:
            import traceback

            traceback.print_exc()
        except Exception:
            pass


def _lazily(submodule, function):
    def patch(module):
        full = __package__ + "." + submodule
        if full not in sys.modules:
            kept, sys.dont_write_bytecode = sys.dont_write_bytecode, False
            try:
                __import__(full)
            finally:
                sys.dont_write_bytecode = kept
        getattr(sys.modules[full], function)(module)

    return patch


#: What is called with a module once its code has run.
_patches = {
    "opentelemetry.sdk.trace": _lazily("sdk", "patch_trace"),
    "opentelemetry.exporter.otlp.proto.http.trace_exporter": _lazily("exporters", "patch"),
    "opentelemetry.exporter.otlp.proto.grpc.trace_exporter": _lazily("exporters", "patch"),
    "opentelemetry.exporter.otlp.json.http.trace_exporter": _lazily("exporters", "patch"),
    "opentelemetry.instrumentation.auto_instrumentation": _lazily("launchers", "patch"),
    "openlit.cli.bootstrap": _lazily("launchers", "patch"),
}

#: The same once the SDK is there: a program without it runs everything as it is.
_patches_with_sdk = {
    "asyncio.base_events": _lazily("carry", "patch_asyncio"),
    "uvloop": _lazily("carry", "patch_uvloop"),
    "anyio._backends._asyncio": _lazily("carry", "patch_anyio"),
    "concurrent.futures.thread": _lazily("carry", "patch_executors"),
    "multiprocessing.pool": _lazily("carry", "patch_pools"),
    "litellm.litellm_core_utils.litellm_logging": _lazily("entries", "patch_litellm"),
    "langsmith.client": _lazily("entries", "patch_langsmith_client"),
    "langsmith._internal.otel._otel_exporter": _lazily("entries", "patch_langsmith_exporter"),
}


def _run(module):
    try:
        _patches[module.__name__](module)
    except Exception:
        report()


def sdk_is_there():
    """Patches what goes with the SDK, now or when it is imported."""
    _patches.update(_patches_with_sdk)
    for name in _patches_with_sdk:
        if name in sys.modules:
            _run(sys.modules[name])


class _Finder:
    """First on sys.meta_path. Finds nothing itself: it has the loader of a module that is patched call us back."""

    def __init__(self):
        self._looking = set()

    def find_spec(self, name, path=None, target=None):
        if name not in _patches or name in self._looking:
            return None
        self._looking.add(name)
        try:
            return _watched(self._find(name, path, target))
        except Exception:
            report()
            return None
        finally:
            self._looking.discard(name)

    def _find(self, name, path, target):
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                return spec
        return None


def _watched(spec):
    loader = getattr(spec, "loader", None)
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return spec

    def exec_module(module):
        # A loader of its own for each module, but for archives: only once, and only for the module it is about.
        if module.__name__ != spec.name:
            return execute(module)
        try:
            del loader.exec_module
        except AttributeError:
            pass
        result = execute(module)
        _run(module)
        return result

    loader.exec_module = exec_module
    return spec


def install():
    """Idempotent: two copies of the hook on one path are one."""
    global _installed
    if _installed:
        return
    _installed = True
    sys.meta_path.insert(0, _Finder())
    for name in list(_patches):
        if name in sys.modules:
            _run(sys.modules[name])


def stay_first():
    """Keeps our folder first on the PYTHONPATH that sub-processes inherit, should another sitecustomize have gone
    before it: the one that is first is the only one that Python runs."""
    try:
        paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        if _folder in paths and paths[0] != _folder:
            paths = [path for path in paths if path != _folder]
            os.environ["PYTHONPATH"] = os.pathsep.join([_folder] + paths)
    except Exception:
        report()
