import type { JSX } from 'preact';
import type { DraftMessage, ReplayRequest } from '../../src/protocol/replay.ts';
import { markInvisible, visibleLabel } from '../../src/base/visibleText.ts';
import { Icon } from '../kit/icon.tsx';
import type { Draft } from './replayDraft.ts';
import { withEdit } from './replayDraft.ts';

interface ReplayMessagesProps {
  readonly request: ReplayRequest;
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly showsParameters: boolean;
}

/** The messages, tools and parameters of a request, to be edited. */
export function ReplayMessages({
  request,
  draft,
  onChange,
  showsParameters,
}: ReplayMessagesProps): JSX.Element {
  const removed = new Set(draft.removed);
  const toggle = (index: number): void =>
    onChange({
      removed: removed.has(index) ? draft.removed.filter((at) => at !== index) : [...draft.removed, index],
    });
  return (
    <section class="replay-messages" aria-label="What is sent">
      {request.messages.map((message, index) => (
        <Editable
          key={index}
          message={message}
          index={index}
          draft={draft}
          isRemoved={removed.has(index)}
          onToggle={() => toggle(index)}
          onChange={onChange}
        />
      ))}
      {request.tools.length > 0 ? (
        <label class="check">
          <input
            type="checkbox"
            checked={draft.withTools}
            onChange={(event) => onChange({ withTools: event.currentTarget.checked })}
          />
          With its {request.tools.length === 1 ? 'tool' : `${request.tools.length} tools`}:{' '}
          <span class="muted">{visibleLabel(request.tools.join(', '), 200)}</span>
        </label>
      ) : null}
      {showsParameters ? (
        <details class="folded">
          <summary>
            <Icon name="settings" /> Parameters{' '}
            <span class="muted preview">{visibleLabel(draft.parameters, 120)}</span>
          </summary>
          <textarea
            class="editor code"
            aria-label="Parameters, as JSON"
            spellcheck={false}
            rows={rowsFor(draft.parameters)}
            value={draft.parameters}
            onInput={(event) => onChange({ parameters: event.currentTarget.value })}
          />
        </details>
      ) : null}
    </section>
  );
}

interface EditableProps {
  readonly message: DraftMessage;
  readonly index: number;
  readonly draft: Draft;
  readonly isRemoved: boolean;
  readonly onToggle: () => void;
  readonly onChange: (part: Partial<Draft>) => void;
}

function Editable({ message, index, draft, isRemoved, onToggle, onChange }: EditableProps): JSX.Element {
  const label = isRemoved ? 'Send this message' : 'Leave this message out';
  return (
    <div class={`draft-message ${isRemoved ? 'removed' : ''}`}>
      <header>
        <strong class="role-name">{visibleLabel(message.role, 40)}</strong>
        <button type="button" class="icon-button" title={label} aria-label={label} onClick={onToggle}>
          <Icon name={isRemoved ? 'add' : 'trash'} />
        </button>
      </header>
      {isRemoved
        ? null
        : message.parts.map((part, at) => {
            if (part.type === 'fixed')
              return (
                <p key={at} class="fixed muted">
                  {visibleLabel(part.label, 120)}: <code>{markInvisible(part.text.slice(0, 300))}</code>
                </p>
              );
            const edited = draft.edits.find((edit) => edit.message === index && edit.part === at)?.text;
            const text = edited ?? part.text;
            return (
              <textarea
                key={at}
                class="editor"
                dir="auto"
                aria-label={`Message ${index + 1}, ${visibleLabel(message.role, 40)}`}
                rows={rowsFor(text)}
                value={text}
                onInput={(event) => {
                  const edit = { message: index, part: at, text: event.currentTarget.value };
                  onChange({ edits: withEdit(draft.edits, edit, part.text) });
                }}
              />
            );
          })}
    </div>
  );
}

/** Lines a text field shows: those of its text, as far as that goes. */
function rowsFor(text: string): number {
  const lines = text.slice(0, 10_000).split('\n');
  const wrapped = lines.reduce((sum, line) => sum + 1 + Math.floor(line.length / 100), 0);
  return Math.max(1, Math.min(8, wrapped));
}
