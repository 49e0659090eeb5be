import * as vscode from 'vscode';
import { markInvisible, visibleLabel, visiblePickLabel } from '../../base/visibleText.ts';
import { dotenvText } from '../setup/dotenv.ts';
import type { Advice, Fix } from '../setup/advice.ts';
import { adviceFor, nothingYet, windowAdvice } from '../setup/advice.ts';
import type { Endpoints, Framework } from '../setup/frameworks.ts';
import { frameworks } from '../setup/frameworks.ts';
import { assignments, shellOf } from '../../environment/shellText.ts';
import { commands } from '../ids.ts';
import { describeProblems, endpointUrl } from '../services/engineState.ts';
import type { CommandTable, Services } from './services.ts';

/** Getting a program's calls to arrive, and to arrive whole. */
export function setupCommands(services: Services): CommandTable {
  return {
    [commands.sendHere]: () => sendHere(services),
    [commands.doctor]: () => showDoctor(services),
    [commands.newTerminal]: () => {
      vscode.window.createTerminal({ name: vscode.l10n.t('LLM Traces') }).show();
    },
  };
}

/** The endpoints programs are to send to; those of the settings while another window receives for this one. */
export function endpointsOf({ engine, settings }: Pick<Services, 'engine' | 'settings'>): Endpoints {
  const { receiver } = settings.read();
  const of = (protocol: 'grpc' | 'http', port: number): string =>
    endpointUrl(engine.status?.[protocol] ?? { host: '127.0.0.1', port });
  return { http: of('http', receiver.httpPort), grpc: of('grpc', receiver.grpcPort) };
}

interface FrameworkItem extends vscode.QuickPickItem {
  readonly framework: Framework;
}

async function sendHere(services: Services): Promise<void> {
  const items = frameworks.map((framework): FrameworkItem => ({
    label: framework.label,
    description: framework.description,
    framework,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Send Calls Here'),
    placeHolder: vscode.l10n.t('What makes the calls?'),
    matchOnDescription: true,
  });
  if (picked) await offer(picked.framework, endpointsOf(services));
}

interface OfferItem extends vscode.QuickPickItem {
  run(): unknown;
}

/** What can be done with a framework's lines: copied, shown, or written into the folder's `.env`. */
async function offer(framework: Framework, endpoints: Endpoints): Promise<void> {
  const variables = framework.variables?.(endpoints);
  const code = framework.code?.(endpoints);
  const items: OfferItem[] = [];
  if (variables) {
    const shell = shellOf(vscode.env.shell, process.platform);
    const text = assignments(variables, shell);
    items.push({
      label: `$(copy) ${vscode.l10n.t('Copy for the Terminal')}`,
      detail: [...variables.keys()].join(', '),
      run: () => copy(text),
    });
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    if (folder && vscode.workspace.isTrusted) {
      items.push({
        label: `$(edit) ${vscode.l10n.t('Write to .env')}`,
        detail: vscode.l10n.t('Adds what {0} does not set yet; shown before it is saved', '.env'),
        run: () => addToDotenv(folder.uri, variables),
      });
    }
  }
  if (code) {
    items.push(
      {
        label: `$(copy) ${vscode.l10n.t('Copy the Lines')}`,
        detail: code.file ?? '',
        run: () => copy(code.text),
      },
      {
        label: `$(go-to-file) ${vscode.l10n.t('Show the Lines')}`,
        detail: vscode.l10n.t('In a new, unsaved document'),
        run: () => showText(code.languageId, code.text),
      },
    );
  }
  const picked = await vscode.window.showQuickPick(items, { title: framework.label });
  await picked?.run();
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard'), 4000);
}

async function showText(language: string, content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language, content }));
}

/** Adds lines to the folder's `.env` in an editor, unsaved: the user sees them before they count. */
async function addToDotenv(folder: vscode.Uri, variables: ReadonlyMap<string, string>): Promise<void> {
  const uri = vscode.Uri.joinPath(folder, '.env');
  const there = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  const document = await vscode.workspace.openTextDocument(
    there ? uri : uri.with({ scheme: 'untitled', path: uri.path }),
  );
  const editor = await vscode.window.showTextDocument(document);
  const added = dotenvText(document.getText(), variables);
  if (added === '') {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} sets all of these already; nothing was changed.', '.env'),
    );
    return;
  }
  await editor.edit((edit) => edit.insert(document.lineAt(document.lineCount - 1).range.end, added));
}

interface DoctorItem extends vscode.QuickPickItem {
  readonly advice?: Advice;
}

/** Why is it empty? What keeps things from arriving, then per service what its spans lack. */
async function showDoctor(services: Services): Promise<void> {
  const { engine } = services;
  const items: DoctorItem[] = [];
  const add = (heading: string, advice: readonly Advice[]): void => {
    if (advice.length === 0) return;
    items.push({ label: heading, kind: vscode.QuickPickItemKind.Separator });
    items.push(...advice.map(adviceItem));
  };
  add(vscode.l10n.t('This window'), windowAdvice(engine.status, describeProblems(services.state())));
  const reports = engine.status ? await engine.call('doctor/report', { services: 20 }) : [];
  for (const report of reports) {
    const advice = report.findings.map((finding) => adviceFor(report, finding));
    add(visiblePickLabel(report.service, 80), advice);
    if (advice.length === 0) {
      items.push(
        { label: visiblePickLabel(report.service, 80), kind: vscode.QuickPickItemKind.Separator },
        {
          label: `$(check) ${vscode.l10n.t('Nothing is missing')}`,
          detail: vscode.l10n.t('Its calls have messages, token counts, prices and lines.'),
        },
      );
    }
  }
  if (reports.length === 0 && services.state().kind === 'running')
    add(vscode.l10n.t('Programs'), [nothingYet]);
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Why Is It Empty?'),
    placeHolder: vscode.l10n.t('What is missing, and what helps'),
    matchOnDetail: true,
  });
  if (picked?.advice) await help(picked.advice);
}

function adviceItem(advice: Advice): DoctorItem {
  const [only] = advice.fixes;
  return {
    label: `$(lightbulb) ${visiblePickLabel(advice.title, 120)}`,
    description: advice.fixes.length === 1 && only ? visiblePickLabel(only.label, 80) : '',
    detail: visiblePickLabel(advice.detail, 600),
    advice,
  };
}

/** The whole of an advice, with what is to be copied, and a button for each fix. */
async function help({ title, detail, fixes }: Advice): Promise<void> {
  const copies = fixes.flatMap((fix) => ('copy' in fix ? [fix.copy] : []));
  const items = fixes.map((fix) => {
    const title = 'copy' in fix && copies.length === 1 ? vscode.l10n.t('Copy') : visibleLabel(fix.label, 60);
    return { title, fix };
  });
  const text = [detail, ...copies].map((part) => markInvisible(part)).join('\n\n');
  const options = { modal: true, detail: text.slice(0, 4000) };
  const picked = await vscode.window.showInformationMessage(visibleLabel(title, 120), options, ...items);
  if (picked) await apply(picked.fix);
}

async function apply(fix: Fix): Promise<void> {
  if ('copy' in fix) await copy(fix.copy);
  else if (fix.argument === undefined) await vscode.commands.executeCommand(fix.command);
  else await vscode.commands.executeCommand(fix.command, fix.argument);
}
