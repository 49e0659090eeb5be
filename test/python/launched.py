"""Asks a model; OpenTelemetry comes from `opentelemetry-instrument` alone."""

from openai import OpenAI

client = OpenAI()
client.chat.completions.create(  # the call
    model="gpt-4o",
    messages=[{"role": "user", "content": "Hello"}],
)
