"""A program with OpenTelemetry's SDK: one good call, one that fails, one tool. Sends over the protocol it is told.

    python client.py grpc|http ENDPOINT
"""

import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

protocol, endpoint = sys.argv[1:]
if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True)
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")

provider = TracerProvider(resource=Resource.create({"service.name": f"python-{protocol}"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("client")


class RateLimitError(Exception):
    pass


def call(model, usage, error=None):
    with tracer.start_as_current_span(f"chat {model}", kind=trace.SpanKind.CLIENT) as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.provider.name", "openai")
        span.set_attribute("gen_ai.request.model", model)
        if error is not None:
            raise error
        span.set_attribute("gen_ai.usage.input_tokens", usage[0])
        span.set_attribute("gen_ai.usage.output_tokens", usage[1])
        span.set_attribute("gen_ai.response.finish_reasons", ["stop"])


with tracer.start_as_current_span("invoke_agent helper") as root:
    call("gpt-4o", (2000, 500))
    with tracer.start_as_current_span("execute_tool add") as tool:
        tool.set_attribute("gen_ai.operation.name", "execute_tool")
        tool.set_attribute("gen_ai.tool.name", "add")
    try:
        call("gpt-4o-mini", None, error=RateLimitError("Error code: 429 - rate limit reached"))
    except RateLimitError:
        pass

if not provider.force_flush():
    sys.exit("not acknowledged")
provider.shutdown()
