"""Libraries that make their spans after the call, in threads and tasks of their own: the frames wanted are those where
the call began. They are kept with what the library itself hands from the call to its report."""

import functools
import sys

from . import carry, sdk
from .hook import report

#: LangSmith's runs, by id. Two generations, so that the oldest go.
_runs = {}
_earlier_runs = {}
_most_runs = 2048


def _origin(frame):
    try:
        return carry.origin_here(frame)
    except Exception:
        report()
        return None


def patch_litellm(module):
    """Its `Logging` object is made when a call begins and reports it when it is over."""
    logging = module.Logging
    initialize = logging.__init__

    @functools.wraps(initialize)
    def initialize_with_origin(self, *args, **kwargs):
        self._llm_trace_inspector = _origin(sys._getframe(1))
        initialize(self, *args, **kwargs)

    logging.__init__ = initialize_with_origin
    for name in ("success_handler", "failure_handler"):
        setattr(logging, name, _reporting(getattr(logging, name)))
    for name in ("async_success_handler", "async_failure_handler"):
        setattr(logging, name, _reporting_later(getattr(logging, name)))


def _reporting(handler):
    @functools.wraps(handler)
    def report_call(self, *args, **kwargs):
        token = sdk.began.set(getattr(self, "_llm_trace_inspector", None))
        try:
            return handler(self, *args, **kwargs)
        finally:
            sdk.began.reset(token)

    return report_call


def _reporting_later(handler):
    @functools.wraps(handler)
    async def report_call_later(self, *args, **kwargs):
        token = sdk.began.set(getattr(self, "_llm_trace_inspector", None))
        try:
            return await handler(self, *args, **kwargs)
        finally:
            sdk.began.reset(token)

    return report_call_later


def patch_langsmith_client(module):
    create = module.Client.create_run

    @functools.wraps(create)
    def create_run(self, *args, **kwargs):
        global _runs, _earlier_runs
        run = kwargs.get("id")
        if run is not None and getattr(self, "otel_exporter", None) is not None:
            if len(_runs) >= _most_runs:
                _earlier_runs, _runs = _runs, {}
            _runs.setdefault(str(run), _origin(sys._getframe(1)))
        return create(self, *args, **kwargs)

    module.Client.create_run = create_run


def patch_langsmith_exporter(module):
    exporter = module.OTELExporter
    create = exporter._create_span_for_run

    @functools.wraps(create)
    def report_call(self, op, *args, **kwargs):
        run = str(getattr(op, "id", ""))
        token = sdk.began.set(_runs.get(run) or _earlier_runs.get(run))
        try:
            return create(self, op, *args, **kwargs)
        finally:
            sdk.began.reset(token)

    exporter._create_span_for_run = report_call
