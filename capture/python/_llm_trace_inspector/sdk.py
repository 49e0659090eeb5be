"""Patches OpenTelemetry's SDK: a span gets its frames when it starts, a provider's resource the git revision."""

import contextvars
import functools
import sys
from os import environ
from time import time_ns

from . import carry, frames, resource
from .hook import report, sdk_is_there
from .hosts import names_other_host

key = "llm_trace_inspector.frames"

#: A span whose start lies further back than this (ns) was made after the fact.
_late = 100_000_000

#: Frames of the spans that began last, for children that know nothing of their own.
_recent = {}
_earlier = {}
_most_recent = 2048


def patch_trace(module):
    if names_other_host(environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")):
        return
    carry.patch_threads()
    sdk_is_there()
    _patch_span(module.Span)
    _patch_provider(module.TracerProvider)


def _patch_span(span):
    start, end = span.start, span.end

    @functools.wraps(start)
    def start_with_frames(self, start_time=None, *args, **kwargs):
        try:
            if self._start_time is None:
                _record(self, sys._getframe(1), start_time)
        except Exception:
            report()
        return start(self, start_time, *args, **kwargs)

    @functools.wraps(end)
    def end_with_frames(self, *args, **kwargs):
        try:
            if self._attributes.dropped and self._end_time is None:
                _restore(self)
        except Exception:
            report()
        return end(self, *args, **kwargs)

    span.start = start_with_frames
    span.end = end_with_frames


def _record(span, frame, started):
    global _recent, _earlier
    call = began.get()
    if call is not None and call.items and not frames.on_stack(frame)[0]:
        items, number = [frames.ENTRY, *call.items], call.number
    else:
        items, number = frames.collect(frame)
        if started is not None and items and time_ns() - started > _late:
            items = [frames.LATE, *items]
        if not items or items[0][0] != "[":
            items, number = _with_parent(span.parent, items, number)
    if not items:
        return
    if len(_recent) >= _most_recent:
        _earlier, _recent = _recent, {}
    _recent[span._context.span_id] = (items, number)
    text = "[" + ",".join(items) + "]"
    span._llm_trace_inspector = text
    _set(span, text)


#: Where the call began that the spans made now are about: see `entries`.
began = contextvars.ContextVar("llm_trace_inspector_began", default=None)


def _with_parent(parent, items, number):
    """Where no user frame is on the stack, the parent may know more than the task or the thread that runs us: when it
    was made later than these, by other lines, they do work for others too."""
    if parent is None:
        return items, number
    known = _recent.get(parent.span_id) or _earlier.get(parent.span_id)
    if known is None:
        return items, number
    theirs, when = known
    if items and items[0] is not frames.WORKER:
        if when < number or frames.first_place(theirs) == frames.first_place(items):
            return items, number
    return [frames.PARENT, *theirs] if theirs[0] != frames.PARENT else theirs, when


def _set(span, text):
    """Puts the attribute on the span without taking another one's place, and whole."""
    try:
        attributes = span._attributes
        with attributes._lock:
            if attributes.maxlen == 0:
                return
            if attributes.maxlen is not None and key not in attributes._dict:
                attributes.maxlen += 1
            attributes._dict[key] = text
    except AttributeError:
        span.set_attribute(key, text)


def _restore(span):
    """Of too many attributes the oldest is dropped, so ours: then one of the program's had our place."""
    text = getattr(span, "_llm_trace_inspector", None)
    attributes = span._attributes
    if text is not None and key not in attributes._dict:
        with attributes._lock:
            del attributes._dict[next(iter(attributes._dict))]
            attributes._dict[key] = text


def _patch_provider(provider):
    initialize = provider.__init__

    @functools.wraps(initialize)
    def initialize_with_revision(self, *args, **kwargs):
        initialize(self, *args, **kwargs)
        try:
            self._resource = resource.with_revision(self._resource)
        except Exception:
            report()

    provider.__init__ = initialize_with_revision
