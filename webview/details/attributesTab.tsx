import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { AttributePlace, AttributeRow, SpanDetails } from '../../src/protocol/details.ts';
import { formatCount } from '../../src/protocol/format.ts';
import { markInvisible, visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { FactTable } from '../kit/factTable.tsx';
import { LongText } from '../kit/longText.tsx';
import { matchesQuery } from '../kit/search.ts';
import { useDetailsActions } from './actions.ts';

const rowsShown = 300;
const valuePreview = 600;

/** Everything the span carried, as it came. */
export function AttributesTab({ details }: { details: SpanDetails }): JSX.Element {
  const [query, setQuery] = useState('');
  const { show } = useDetailsActions();
  return (
    <div class="sections">
      <input
        type="search"
        class="search"
        placeholder="Search keys and values"
        aria-label="Search keys and values"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <Attributes
        title="Attributes"
        rows={details.attributes}
        query={query}
        place={{ list: 'attributes', index: 0 }}
        details={details}
      />
      {details.events.map((event, index) => (
        <Attributes
          key={`event${index}`}
          title={`Event ${visibleLabel(event.name, 120)}`}
          note={offset(event.timeMicros, details.row.startMicros)}
          rows={event.attributes}
          query={query}
          place={{ list: 'event', index }}
          details={details}
        />
      ))}
      {details.logs.map((log, index) => (
        <Attributes
          key={`log${index}`}
          title={`Log ${visibleLabel(log.name, 120)}`}
          note={offset(log.timeMicros, details.row.startMicros)}
          rows={[{ key: 'body', value: log.body, type: 'string' }, ...log.attributes]}
          query={query}
          place={{ list: 'log', index }}
          details={details}
        />
      ))}
      {details.links.length > 0 ? (
        <section>
          <h2>Links</h2>
          <ul class="links">
            {details.links.map((link, index) => (
              <li key={index}>
                <button type="button" class="link" onClick={() => show(link)}>
                  {link.traceId} / {link.spanId}
                </button>
                <FactTable
                  label={`Attributes of link ${index + 1}`}
                  facts={(link.attributes ?? []).map(({ key, value }) => ({
                    name: visibleLabel(key, 120),
                    value: <LongText text={value} format="json" preview={valuePreview} />,
                  }))}
                />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Attributes
        title="Resource"
        rows={[...details.resource, ...scopeRow(details)]}
        query={query}
        place={{ list: 'resource', index: 0 }}
        details={details}
      />
    </div>
  );
}

function scopeRow({ scope }: SpanDetails): AttributeRow[] {
  return scope === '' ? [] : [{ key: 'instrumentation scope', value: scope, type: 'string' }];
}

function offset(timeMicros: number, startMicros: number): string {
  return `${timeMicros >= startMicros ? '+' : '−'}${formatCount(Math.abs(timeMicros - startMicros) / 1000)} ms`;
}

interface AttributesProps {
  readonly title: string;
  readonly note?: string;
  readonly rows: readonly AttributeRow[];
  readonly query: string;
  readonly place: Omit<AttributePlace, 'key'>;
  readonly details: SpanDetails;
}

function Attributes({ title, note, rows, query, place, details }: AttributesProps): JSX.Element | null {
  const [isWhole, setWhole] = useState(false);
  const found = useMemo(
    () => rows.filter(({ key, value }) => matchesQuery(query, [key, value])),
    [rows, query],
  );
  const { value } = useDetailsActions();
  const { traceId, spanId } = details.row;
  const load = async ({ key, value: head }: AttributeRow): Promise<string> =>
    (await value({ traceId, spanId }, { ...place, key })) ?? head;
  if (found.length === 0 && (rows.length === 0 || query !== '')) return null;
  const shown = isWhole ? found : found.slice(0, rowsShown);
  return (
    <section>
      <h2>
        {title} <span class="muted">{note ?? formatCount(found.length)}</span>
      </h2>
      <table class="facts" aria-label={title}>
        <tbody>
          {shown.map((row, index) => (
            <tr key={index}>
              <th scope="row">
                <code>{markInvisible(row.key.slice(0, 300))}</code>
              </th>
              <td>
                <Value row={row} load={() => load(row)} />
              </td>
              <td class="tools">
                <CopyButton
                  text={isCut(row) ? () => load(row) : row.value}
                  what={visibleLabel(row.key, 60)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < found.length ? (
        <button type="button" class="secondary" onClick={() => setWhole(true)}>
          Show all {formatCount(found.length)}
        </button>
      ) : null}
    </section>
  );
}

/** The body of a log record is cut without its length being told. */
const longestShown = 20_000;

function isCut({ value, fullLength }: AttributeRow): boolean {
  return fullLength !== undefined || value.length >= longestShown;
}

function Value({ row, load }: { row: AttributeRow; load: () => Promise<string> }): JSX.Element {
  if (row.type === 'empty') return <span class="muted">empty</span>;
  const fullLength = row.fullLength ?? (isCut(row) ? row.value.length + 1 : undefined);
  return (
    <span class={`value type-${row.type}`}>
      <LongText text={row.value} format="json" preview={valuePreview} fullLength={fullLength} load={load} />
    </span>
  );
}
