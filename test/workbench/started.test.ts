import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { openFile } from './support/editor.ts';
import { eventually } from './support/eventually.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

const callLine = 8;

describe('programs that are started in the window', function () {
  this.timeout(90_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start({
      workspace: 'test/fixtures/started',
      settings: { 'terminal.integrated.env.linux': { OTEL_BLRP_SCHEDULE_DELAY: '1234' } },
    });
    await fs.symlink(path.join(root, 'node_modules'), path.join(session.workspace, 'node_modules'));
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  /** Types a line into the terminal that is open. */
  const inTerminal = async (line: string): Promise<void> => {
    const terminal = window.page.locator('.terminal-wrapper.active .xterm');
    await terminal.waitFor();
    await terminal.click();
    await window.page.keyboard.type(`${line}\n`);
  };
  const goesToItsLine = async (trace: string): Promise<void> => {
    await window.showContainer('LLM Traces');
    await window.expand(window.rowAt('Traces', 1, trace).first());
    const row = window.rowAt('Traces', 2, trace).first();
    await row.waitFor();
    await row.hover();
    await row.getByRole('button', { name: 'Go to Source' }).click();
    await window.page.locator('.part.editor .tab', { hasText: 'shop.mjs' }).first().waitFor();
    const position = window.page.locator('.part.statusbar [id="status.editor.selection"]');
    await position.filter({ hasText: `Ln ${callLine},` }).waitFor();
  };

  it('get what they need in a terminal, beside what the user has set', async () => {
    const file = path.join(session.folder, 'environment.txt');
    await window.run('LLM Traces: New Terminal That Sends Here');
    await inTerminal(`env > '${file}.new' && mv '${file}.new' '${file}'`);
    const text = await eventually(() => fs.readFile(file, 'utf8'), 30_000);
    const values = new Map(
      text.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
    );
    assert.equal(values.get('OTEL_EXPORTER_OTLP_ENDPOINT'), `http://127.0.0.1:${session.httpPort}`);
    assert.equal(values.get('OTEL_SERVICE_NAME'), 'workspace');
    assert.equal(values.get('OTEL_BLRP_SCHEDULE_DELAY'), '1234');
    // A task sets it: it is the task's in the whole folder.
    assert.equal(values.get('OTEL_BSP_SCHEDULE_DELAY'), undefined);
    assert.match(values.get('PYTHONPATH') ?? '', /capture\/python$/);
  });

  it('send their spans here from a terminal, with the line of the call', async () => {
    await inTerminal('node shop.mjs');
    await goesToItsLine('chat gpt-4o');
    await window.screenshot(path.join(pictures, 'started-terminal.png'));
  });

  it('send them from a task', async () => {
    await window.run('Tasks: Run Task');
    await window.quickPickRow('shop').click();
    await window.showContainer('LLM Traces');
    await window.rowAt('Traces', 1, 'shop.task').waitFor();
  });

  it('send them from a debug session', async () => {
    await openFile(window, 'shop.mjs');
    await window.run('Debug: Start Without Debugging');
    await window.showContainer('LLM Traces');
    await window.rowAt('Traces', 1, 'shop.debugged').waitFor();
  });

  it('are looked at by "Why Is It Empty?", which says what helps', async () => {
    await window.run('LLM Traces: Why Is It Empty?');
    await window.quickPickRow('No messages').waitFor();
    await window.screenshot(path.join(pictures, 'doctor.png'));
    await window.quickPickRow('No messages').click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true' }).waitFor();
    await window.screenshot(path.join(pictures, 'doctor-help.png'));
    await dialog.getByRole('button', { name: 'Copy' }).click();
    await eventually(async () => {
      const text = await window.page.evaluate(() => navigator.clipboard.readText());
      assert.equal(text, 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true');
    });
  });

  it('are told how to send here, each framework in its own words', async () => {
    await window.run('LLM Traces: Send a Framework’s Calls Here…');
    await window.screenshot(path.join(pictures, 'send-here.png'));
    await window.quickPickRow('Langfuse').click();
    await window.quickPickRow('Copy for the Terminal').click();
    const copied = await eventually(async () => {
      const text = await window.page.evaluate(() => navigator.clipboard.readText());
      assert.match(text, /LANGFUSE_BASE_URL/);
      return text;
    });
    assert.match(copied, new RegExp(`LANGFUSE_BASE_URL=http://127\\.0\\.0\\.1:${session.httpPort}`));
    await window.run('LLM Traces: Send a Framework’s Calls Here…');
    await window.quickPickRow('Langfuse').click();
    await window.quickPickRow('Write to .env').click();
    const editor = window.page.locator('.part.editor .editor-instance .view-lines');
    await editor.filter({ hasText: 'LANGFUSE_HOST=' }).waitFor();
  });
});
