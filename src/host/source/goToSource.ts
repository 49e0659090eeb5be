import * as vscode from 'vscode';
import { visibleLabel, visiblePickLabel } from '../../base/visibleText.ts';
import type { SourceFrame, SourceLocation } from '../../model/source.ts';
import type { DetailsTarget } from '../../protocol/webview.ts';
import { confidenceText } from './confidenceText.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { Log } from '../services/log.ts';
import { openSource } from './openSource.ts';

/** A search for a line that takes longer is given up. */
const patienceMs = 3000;

export interface SourceServices {
  readonly engine: EngineClient;
  readonly log: Log;
  /** Where lines of files are in their documents. */
  readonly code: { readonly model: { lineOf(file: string, line: number): number | undefined } | undefined };
}

export interface SourceOptions {
  /** In another column. */
  readonly isAside?: boolean;
  /** The user wants to say which line it is, though one was chosen or found before. */
  readonly isChoice?: boolean;
}

/**
 * Opens the line that made a span. The engine is asked first: it knows where the line has moved, and lines of spans
 * that name none. Where several lines fit, the user says which, and is remembered.
 *
 * @param known what the span's row says, for when the engine has no better answer
 */
export async function goToSource(
  services: SourceServices,
  target: DetailsTarget,
  known: SourceLocation | undefined,
  { isAside = false, isChoice = false }: SourceOptions = {},
): Promise<void> {
  const { engine, log, code } = services;
  const location = (await locate(engine, log, target)) ?? known;
  if (!location) {
    const message = vscode.l10n.t('LLM Traces does not know the line of this call.');
    void vscode.window.showInformationMessage(message);
    return;
  }
  const isSure = location.confidence === 'exact' || location.confidence === 'certain';
  const frames = distinct([location, ...location.candidates]);
  const mustChoose = frames.length > 1 && (isChoice || !isSure);
  const frame = mustChoose ? await choose(frames, location) : location;
  if (!frame) return;
  if (mustChoose) {
    const { file, line } = frame;
    engine
      .call('code/choose', { ...target, file, line })
      .catch((error: unknown) => log.error('The choice could not be kept', error));
  }
  // The line of the file may be another one of its document.
  const now = code.model?.lineOf(frame.file, frame.line);
  await openSource(now === undefined ? frame : { ...frame, line: now + 1 }, log, { isAside });
}

/** Each line once, in order. */
function distinct(frames: readonly SourceFrame[]): readonly SourceFrame[] {
  const seen = new Map<string, SourceFrame>();
  for (const frame of frames) {
    const key = `${frame.line} ${frame.file}`;
    if (!seen.has(key)) seen.set(key, frame);
  }
  return [...seen.values()];
}

async function locate(
  engine: EngineClient,
  log: Log,
  target: DetailsTarget,
): Promise<SourceLocation | undefined> {
  if (!vscode.workspace.isTrusted) return undefined;
  try {
    return (await engine.call('code/locate', target, { timeoutMs: patienceMs })) ?? undefined;
  } catch (error) {
    log.write('debug', `A line could not be looked for: ${String(error)}`);
    return undefined;
  }
}

async function choose(
  frames: readonly SourceFrame[],
  location: SourceLocation,
): Promise<SourceFrame | undefined> {
  const items = frames.map((frame, index) => ({
    frame,
    label: visiblePickLabel(placeText(frame), 120),
    description: index === 0 ? confidenceText(location) : '',
    detail: frame.function === undefined ? '' : visiblePickLabel(frame.function, 120),
  }));
  const placeHolder = vscode.l10n.t('Several lines can have made this call. Which is it?');
  const picked = await vscode.window.showQuickPick(items, { placeHolder, matchOnDetail: true });
  return picked?.frame;
}

/** `app/agent.py:12`, relative to the workspace. */
function placeText({ file, line }: SourceFrame): string {
  return `${visibleLabel(vscode.workspace.asRelativePath(file), 100)}:${line}`;
}
