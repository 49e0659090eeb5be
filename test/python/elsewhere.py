"""Sends one span to this machine and the same to another one.

    python elsewhere.py HERE THERE
"""

import sys

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider()
for endpoint in sys.argv[1:]:
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5)))
span = provider.get_tracer("x").start_span("somewhere")
span.set_attribute("user.key", "user's value")
span.end()
provider.shutdown()
