"""Exporters that the program itself points at another machine send spans without our attributes."""

from .hook import report
from .hosts import names_other_host

_prefix = "llm_trace_inspector."


def patch(module):
    exporter = module.OTLPSpanExporter
    export = exporter.export

    def export_own(self, spans, *args, **kwargs):
        try:
            if names_other_host(getattr(self, "_endpoint", None)):
                spans = [_Without(span) for span in spans]
        except Exception:
            report()
        return export(self, spans, *args, **kwargs)

    exporter.export = export_own


class _Without:
    """A finished span as it would be without us."""

    __slots__ = ("_span", "attributes", "resource")

    def __init__(self, span):
        self._span = span
        self.attributes = {key: value for key, value in span.attributes.items() if not key.startswith(_prefix)}
        self.resource = _plain(span.resource)

    def __getattr__(self, name):
        return getattr(self._span, name)


_resources = {}


def _plain(resource):
    """One for each resource: exporters group spans by it."""
    known = _resources.get(id(resource))
    if known is None or known[0] is not resource:
        if len(_resources) > 100:
            _resources.clear()
        kept = {key: value for key, value in resource.attributes.items() if not key.startswith(_prefix)}
        known = _resources[id(resource)] = (resource, type(resource)(kept, resource.schema_url))
    return known[1]
