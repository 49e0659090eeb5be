import type { EnvironmentVariable } from '../../environment/programEnvironment.ts';

export type Target = 'python' | 'node' | 'any';

/**
 * The variables that are offered for pasting: with content, as who copies them wants to see it, and with the hook of the
 * program's language only.
 *
 * Source: the GenAI variables of OpenTelemetry's Python and JavaScript packages.
 */
export function copyable(variables: readonly EnvironmentVariable[], target: Target): EnvironmentVariable[] {
  const left = target === 'python' ? 'NODE_OPTIONS' : target === 'node' ? 'PYTHONPATH' : '';
  const content = (name: string, value: string): EnvironmentVariable => ({
    name,
    value,
    how: 'default',
    separator: '',
  });
  return [
    ...variables.filter(({ name }) => name !== left),
    content('OTEL_SEMCONV_STABILITY_OPT_IN', 'gen_ai_latest_experimental'),
    content('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', target === 'python' ? 'SPAN_ONLY' : 'true'),
  ];
}
