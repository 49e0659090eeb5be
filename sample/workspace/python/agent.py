"""A small agent in Python. Its spans go to the receiver over gRPC.

    pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-grpc
    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317 python agent.py

The model's answers are fixed, so that no key is needed: what matters here are the spans.
"""

import json
import time

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "python-agent"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("python-agent")


def generate(prompt: str, answer: str, model: str = "gpt-4o-mini") -> str:
    """One call of the model."""
    with tracer.start_as_current_span("llm.generate") as span:
        time.sleep(0.05)
        tokens = {"input": len(prompt) // 4, "output": len(answer) // 4}
        span.set_attributes(
            {
                "llm.model": model,
                "llm.provider": "openai",
                "llm.input_tokens": tokens["input"],
                "llm.output_tokens": tokens["output"],
                "llm.total_tokens": tokens["input"] + tokens["output"],
                "llm.finish_reason": "stop",
                "quality.has_code": "```" in answer,
                "quality.response_length": len(answer),
                "gen_ai.input.messages": json.dumps(
                    [{"role": "user", "parts": [{"type": "text", "content": prompt}]}]
                ),
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}]
                ),
            }
        )
        return answer


def get_weather(city: str) -> dict:
    with tracer.start_as_current_span("tool.execute", attributes={"tool.name": "get_weather"}):
        time.sleep(0.03)
        return {"city": city, "celsius": 24}


def run(question: str) -> str:
    with tracer.start_as_current_span("agent.workflow", attributes={"user.query": question}) as root:
        with tracer.start_as_current_span("agent.plan"):
            generate(f"Make a plan: {question}", "First the weather, then an answer.", model="gpt-4o")
        with tracer.start_as_current_span("agent.step.0", attributes={"step.type": "tool_call", "step.tool": "get_weather"}):
            weather = get_weather("Lisbon")
        root.set_attribute("agent.total_steps", 1)
        with tracer.start_as_current_span("agent.synthesize"):
            return generate(f"{question} {weather}", f"It is sunny in Lisbon, {weather['celsius']} degrees.")


if __name__ == "__main__":
    print(run("How is the weather in Lisbon?"))
    provider.shutdown()
