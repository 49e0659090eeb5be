import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../kit/icon.tsx';
import { keyHelp } from './keys.ts';

/** The keys and gestures of the chart; the browser itself gives the focus back when it closes. */
export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="help" ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <header>
        <h2 id="help-title">Keys of the flame chart</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <table>
        <tbody>
          {keyHelp.map(([keys, what]) => (
            <tr key={keys}>
              <th scope="row">{keys}</th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        Search for words of names, models, services, kinds and flags, or for <code>model:gpt</code>,{' '}
        <code>kind:tool</code>, <code>is:error</code>, <code>is:flagged</code>, <code>is:unfinished</code>.
      </p>
    </dialog>
  );
}
