import { dialectNotes } from './dialectNotes.ts';
import { mappableFields } from './options.ts';
import { describe, type DialectDescription } from './registry.ts';

/** The page `docs/conventions.md`, made from the registry. */
export function documentation(): string {
  const dialects = describe();
  return [
    head,
    summary(dialects),
    '',
    mapping,
    ...dialects.map(section),
    `## Fields that can be mapped\n\n${mappableFields.map(code).join(', ')}\n`,
  ].join('\n');
}

const head = `# Conventions

What is understood of each convention. This page is made from the registry with \`npm run docs\`; a test fails when it
is not what the code says.

A span is asked for its kind in the order below, by the dialects of which it shows a sign; the first that knows decides.
Its attributes are read first; other dialects' fill what is missing, except those marked **own**, whose names are so
plain that they count only where their dialect decided. Of several attributes, the first that holds something is read.
Span events and log records of the OpenTelemetry GenAI conventions are read on every span, before or after the span
arrived. Where the input count leaves cached tokens out, they are added to it, so that *input* always means everything
that was sent.
`;

const mapping = `## A convention that is not here

Attributes of unknown conventions are guessed from their names, and marked as a guess. To say what they mean, map them
in the setting \`llmTraces.attributeMappings\`:

\`\`\`json
"llmTraces.attributeMappings": [
  { "attribute": "acme.model", "field": "requestModel" },
  { "attribute": "acme.tokens.in", "field": "input" },
  { "attribute": "acme.tokens.out", "field": "output" },
  { "attribute": "acme.question", "field": "inputMessages" },
  { "attribute": "acme.answer", "field": "outputMessages" }
]
\`\`\`

Mappings go before every dialect. A model together with tokens or messages makes the span a model call; \`kind\` names
an attribute that says what the span is (\`llm\`, \`tool\`, \`agent\`, …). The fields are listed
[below](#fields-that-can-be-mapped).
`;

function summary(dialects: readonly DialectDescription[]): string {
  const rows = dialects.map((dialect) => {
    const notes = dialectNotes.get(dialect.id);
    const cells = [
      `[${dialect.title}](#${dialect.id.toLowerCase()})`,
      signs(dialect),
      notes?.cacheIncluded ?? '',
      messages(dialect.id),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| dialect | recognised by | cached tokens in input? | messages in |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The first few signs are enough to recognise a program by. */
function signs({ id, recognisedBy: { keys, scopes, names } }: DialectDescription): string {
  if (id === 'generic') return 'names that look like usage, models and messages';
  const kinds = [
    ['', keys],
    ['scope ', scopes],
    ['name ', names],
  ] as const;
  return kinds
    .filter(([, words]) => words.length > 0)
    .map(
      ([what, words]) => `${what}${words.slice(0, 2).map(code).join(', ')}${words.length > 2 ? ', …' : ''}`,
    )
    .join('; ');
}

function messages(id: string): string {
  const notes = dialectNotes.get(id);
  if (id === 'generic') return 'attributes that look like messages';
  const places = (notes?.messages ?? []).map(code);
  if (notes?.otherMessages) places.push(notes.otherMessages);
  return places.length > 0 ? places.join(', ') : '–';
}

function section(dialect: DialectDescription): string {
  const { id, title, kindFrom, fields, alsoReads, recognisedBy } = dialect;
  const lines = [`## ${id}`, '', `${title}.`, ''];
  const known = [
    ['attributes', recognisedBy.keys],
    ['scopes that begin with', recognisedBy.scopes],
    ['span names', recognisedBy.names],
  ] as const;
  for (const [what, words] of known) {
    if (words.length > 0) lines.push(`- Recognised by ${what}: ${words.map(code).join(', ')}`);
  }
  lines.push(`- Kind from: ${kindFrom}`, `- Messages in: ${messages(id)}`);
  if (alsoReads.length > 0) lines.push(`- Also reads: ${alsoReads.map(code).join(', ')}`);
  if (fields.length > 0) {
    lines.push('', '| field | attributes |', '|---|---|');
    for (const { field, keys, only } of fields) {
      lines.push(`| ${field} | ${only ? '**own** ' : ''}${keys.map(code).join(', ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
