import type * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { visibleLabel } from '../../base/visibleText.ts';
import { adviceFor } from '../setup/advice.ts';
import type { EngineClient } from './engineClient.ts';
import type { Log } from './log.ts';
import type { StatusBar } from './statusBar.ts';

/** Traces have stopped coming for this long before it is looked at what they lack. */
const calmMs = 3_000;
const looked = { services: 3, findings: 3 } as const;

/** Keeps the hover of the status bar telling what the newest services lack. */
export class FindingsWatch implements vscode.Disposable {
  readonly #disposables = new DisposableStore();
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: EngineClient, statusBar: StatusBar, log: Log) {
    const look = async (): Promise<void> => {
      try {
        const reports = await engine.call('doctor/report', { services: looked.services });
        statusBar.showFindings(
          reports.flatMap((report) => {
            const titles = report.findings
              .slice(0, looked.findings)
              .map((finding) => adviceFor(report, finding).title);
            return titles.length === 0 ? [] : [visibleLabel(`${report.service}: ${titles.join(', ')}`, 200)];
          }),
        );
      } catch (error) {
        log.write('debug', `What services lack could not be told: ${String(error)}`);
      }
    };
    const later = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void look(), calmMs);
    };
    this.#disposables.add(engine.onChanged(later));
    this.#disposables.add(engine.onReady(later));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#disposables.dispose();
  }
}
