"""What the SDK makes of spans and resources. Prints one line of JSON.

    python spans.py
"""

import json

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider, sampling

frames = "llm_trace_inspector.frames"


def attributes_of(provider, count):
    span = provider.get_tracer("x").start_span("x")
    for number in range(count):
        span.set_attribute(f"key.{number}", number)
    span.end()
    return {"keys": sorted(key for key in span.attributes if key != frames), "dropped": span.dropped_attributes}


def has_frames(provider):
    span = provider.get_tracer("x").start_span("x")
    span.end()
    return frames in (getattr(span, "attributes", None) or {})


plain = TracerProvider(resource=Resource({"service.name": "own"}))
named = TracerProvider(resource=Resource({"vcs.ref.head.revision": "own"}))
few = [attributes_of(plain, count) for count in (3, 4, 6)]
print(
    json.dumps(
        {
            "resource": dict(plain.resource.attributes),
            "revision": named.resource.attributes["vcs.ref.head.revision"],
            "few": few,
            "frames": has_frames(plain),
            "unsampled": has_frames(TracerProvider(sampler=sampling.ALWAYS_OFF)),
        }
    )
)
