import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import type { ContextKeys } from './contextKeys.ts';
import type { EngineClient } from './engineClient.ts';
import type { EngineState } from './engineState.ts';
import { describeProblems, describeState, stateName } from './engineState.ts';
import type { Log } from './log.ts';
import type { Notices } from './notices.ts';
import { announceConflicts } from './portConflict.ts';
import type { StatusBar } from './statusBar.ts';

/** Holds the state of the engine and tells everybody who shows it. */
export class StateKeeper implements vscode.Disposable {
  readonly #statusBar: StatusBar;
  readonly #contextKeys: ContextKeys;
  readonly #log: Log;
  readonly #notices: Notices;
  readonly #subscriptions: Disposable[];
  #state: EngineState = { kind: 'starting' };
  #logged = '';

  constructor(
    engine: EngineClient,
    statusBar: StatusBar,
    contextKeys: ContextKeys,
    notices: Notices,
    log: Log,
  ) {
    this.#statusBar = statusBar;
    this.#contextKeys = contextKeys;
    this.#log = log;
    this.#notices = notices;
    this.#subscriptions = [
      engine.onStatus((status) => this.enter({ kind: 'running', status })),
      engine.onGaveUp((error) => {
        this.enter({ kind: 'crashed', reason: error.message });
        this.#announceCrash(engine);
      }),
    ];
  }

  get state(): EngineState {
    return this.#state;
  }

  enter(state: EngineState): void {
    this.#state = state;
    this.#statusBar.show(state);
    this.#contextKeys.set('state', stateName(state));
    if (state.kind === 'running' && state.status.store.traces > 0) this.#contextKeys.set('hasTraces', true);
    announceConflicts(state, this.#notices);
    const description = describeState(state);
    if (description === this.#logged) return;
    this.#logged = description;
    this.#log.write(describeProblems(state).length > 0 ? 'warn' : 'info', description);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #announceCrash(engine: EngineClient): void {
    const key = 'engine';
    this.#notices.forget(key);
    void this.#notices.show(key, 'error', `LLM Traces: ${describeProblems(this.#state).join(' ')}`, [
      { title: vscode.l10n.t('Show Log'), run: () => this.#log.show() },
      { title: vscode.l10n.t('Restart'), run: () => engine.restart() },
    ]);
  }
}
