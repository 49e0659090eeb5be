import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Session } from './driver/session.ts';
import { themes } from './driver/themes.ts';
import type { ThemeName } from './driver/themes.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import type { SpanToSend } from './support/send.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mNk+M9AEmAiTfmohlENQ0kDAC1XAR9V7n1lAAAAAElFTkSuQmCC';
const rules = 'You are a careful travel agent. Use the tools, and never guess. '.repeat(60);

/** A model that answers over HTTP, streamed, and remembers what it was asked. */
class Model {
  readonly asked: {
    headers: http.IncomingHttpHeaders;
    body: { messages: { role: string; content: unknown }[]; model: string };
  }[] = [];
  readonly #server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      this.asked.push({ headers: request.headers, body: JSON.parse(text) as Model['asked'][number]['body'] });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (value: unknown): void => void response.write(`data: ${JSON.stringify(value)}\n\n`);
      for (const word of ['Take ', 'the ', '**night train**.'])
        send({ model: 'gpt-4o', choices: [{ index: 0, delta: { content: word } }] });
      send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
      send({ choices: [], usage: { prompt_tokens: 321, completion_tokens: 12 } });
      response.end('data: [DONE]\n\n');
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function run(day: string, port: number): SpanToSend {
  const input = [
    {
      role: 'user',
      parts: [
        {
          type: 'text',
          content:
            'How do I get to **Sintra**?\n\n```python\ndef go(day):\n    # by train\n    return "Sintra"\n```',
        },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'The timetable knows.' },
        { type: 'tool_call', id: 'c1', name: 'find_trains', arguments: { to: 'Sintra', day } },
      ],
    },
    {
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: 'c1', response: { train: 'IC 512', leaves: '09:10' } }],
    },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'And from this station?' },
        { type: 'blob', modality: 'image', mime_type: 'image/png', content: png },
        { type: 'uri', modality: 'image', uri: 'https://example.com/station.png' },
      ],
    },
  ];
  return {
    name: 'travel agent',
    to: 2000,
    children: [
      {
        ...modelCall({
          name: 'answer',
          input: 1400,
          output: 60,
          answer: 'Take the IC 512 at 09:10.',
          attributes: {
            'server.address': '127.0.0.1',
            'server.port': port,
            'gen_ai.request.temperature': 0.2,
            'gen_ai.system_instructions': JSON.stringify([
              { type: 'text', content: `${rules}Today is ${day}. Be brief.` },
            ]),
            'gen_ai.input.messages': JSON.stringify(input),
            'gen_ai.tool.definitions': JSON.stringify([
              {
                type: 'function',
                name: 'find_trains',
                description: 'Trains of a day',
                parameters: { type: 'object', properties: { to: { type: 'string' } } },
              },
            ]),
          },
        }),
        from: 100,
        to: 1300,
      },
      {
        name: 'find_trains',
        from: 1300,
        to: 1500,
        attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'find_trains' },
      },
    ],
  };
}

function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-s'], { env: { PATH: process.env['PATH'], LLM_API_KEY: 'of-the-shell' } });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(errors))));
    child.stdin.end(command);
  });
}

describe('a recorded call', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;
  const model = new Model();
  const panel = () => window.webview();
  const tab = (name: string | RegExp) => panel().getByRole('tab', { name });
  const dialog = () => window.page.locator('.monaco-dialog-box');
  const select = async (): Promise<void> => {
    await window
      .rows('Traces', /^answer/)
      .first()
      .click();
    await panel().getByRole('heading', { name: 'answer', exact: true }).waitFor();
  };

  before(async function () {
    this.timeout(startUp);
    await model.start();
    session = await Session.start({
      viewport: { width: 1500, height: 1000 },
      settings: {
        'llmTraces.replay.endpoints': [
          { name: 'Stand-in', kind: 'openai', baseUrl: `http://127.0.0.1:${model.port}/v1` },
          { name: 'Elsewhere', kind: 'openai', baseUrl: 'http://169.254.169.254/v1' },
        ],
      },
    });
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    await sendTrace('grpc', session, 'travel', run('Monday', model.port), Date.now() - 120_000);
    await sendTrace('grpc', session, 'travel', run('Tuesday', model.port), Date.now() - 60_000);
    await window.showContainer('LLM Traces');
    await window.expandTrace('travel agent', window.rowAt('Traces', 1, 'travel agent').first());
    await select();
  });
  after(async () => {
    model.stop();
    await session.stop();
  });
  explainFailures(
    () => session,
    () => [window],
  );

  it('is a conversation with results in their calls, coloured code and pictures that came inline', async () => {
    const call = panel().getByRole('region', { name: 'Tool call find_trains' });
    await call.getByText('"IC 512"').waitFor();
    assert.equal(await panel().locator('.bubble.role-tool').count(), 0);
    await panel().locator('.token-keyword', { hasText: 'return' }).waitFor();
    const image = panel().locator('img');
    await image.waitFor();
    assert.equal(await image.count(), 1);
    assert.equal(await image.evaluate((element: HTMLImageElement) => element.naturalWidth), 16);
    await panel().getByText('https://example.com/station.png').waitFor();
    assert.deepEqual(
      window.requests.filter((url) => url.includes('example.com')),
      [],
    );
    await window.screenshot(path.join(pictures, 'call-conversation.png'));
  });

  it('is searched, in what is folded as well', async () => {
    await panel().locator('body').press('ControlOrMeta+f');
    const field = panel().getByRole('searchbox', { name: 'Find in the conversation' });
    await field.fill('never guess');
    await panel().getByText('1 of 60').waitFor();
    await field.press('Enter');
    await panel().getByText('2 of 60').waitFor();
    await field.press('Shift+Enter');
    await panel().getByText('1 of 60').waitFor();
    await field.fill('timetable knows');
    await panel().getByText('1 of 1', { exact: true }).waitFor();
    await panel().getByText('The timetable knows.').waitFor();
    await window.screenshot(path.join(pictures, 'call-find.png'));
    await field.fill('');
  });

  it('shows the OTLP it came as, in the panel and as a document', async () => {
    await tab('Raw').click();
    await panel().getByText('"scopeSpans"').waitFor();
    await panel().getByText('"gen_ai.request.temperature"').first().waitFor();
    await window.screenshot(path.join(pictures, 'call-raw.png'));
    await panel().getByRole('button', { name: 'Open in an editor' }).click();
    await eventually(async () =>
      assert.ok((await window.tabs()).some((name) => /^[0-9a-f]{32}-/.test(name))),
    );
    await window.page.getByText('resourceSpans').first().waitFor();
    await select();
  });

  it('tells how fast it was, with the arithmetic', async () => {
    await tab(/^Cost/).click();
    await panel().getByText('50 tokens per second').waitFor();
    await panel().getByText('60 tokens ÷ 1.20 s').waitFor();
    await window.screenshot(path.join(pictures, 'call-cost.png'));
  });

  it('is copied as a curl command that asks the same again', async () => {
    await panel().getByRole('button', { name: 'Copy as' }).click();
    await panel().getByRole('menuitem', { name: 'Copy as curl' }).click();
    const command = await eventually(async () => {
      const text = await window.page.evaluate<string>('navigator.clipboard.readText()');
      assert.match(text, /^curl|\ncurl/);
      return text;
    });
    const before = model.asked.length;
    assert.match(await shell(command), /night train/);
    assert.equal(model.asked.length, before + 1);
    const asked = model.asked.at(-1);
    assert.equal(asked?.headers.authorization, 'Bearer of-the-shell');
    assert.deepEqual(
      asked.body.messages.map(({ role }) => role),
      ['system', 'user', 'assistant', 'tool', 'user'],
    );
    assert.match(String(asked.body.messages[0]?.content), /Today is Tuesday/);
  });

  it('is not sent again when the user says no to the question', async () => {
    await panel().getByRole('button', { name: 'Replay: send it again' }).click();
    await panel().getByText('Entry 2: its base URL is neither https nor on this machine.').waitFor();
    const before = model.asked.length;
    await panel().getByRole('button', { name: 'Send…' }).click();
    await dialog().getByText(`Send this call to 127.0.0.1:${model.port}?`).waitFor();
    await dialog().getByText('Model: gpt-4o').waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await panel().getByRole('button', { name: 'Send…' }).waitFor();
    assert.equal(model.asked.length, before);
  });

  it('is sent again, edited, and answered beside the recorded answer', async () => {
    const before = model.asked.length;
    await panel().getByRole('textbox', { name: 'Message 5, user' }).fill('And by night?');
    await panel().getByRole('button', { name: 'Send…' }).click();
    await dialog().getByRole('button', { name: 'Send', exact: true }).click();
    await panel().getByText('night train').first().waitFor();
    await panel().getByText('input 321, output 12').waitFor();
    assert.equal(model.asked.length, before + 1);
    const last = model.asked.at(-1)?.body.messages.at(-1);
    assert.match(JSON.stringify(last), /And by night\?.*data:image\/png;base64/);
    await panel().getByRole('region', { name: 'Answers' }).scrollIntoViewIfNeeded();
    await window.screenshot(path.join(pictures, 'call-replay.png'));
  });

  it('is compared with the same call of the run before: where the prompts part, and what changed', async () => {
    await panel().getByRole('button', { name: 'Compare', exact: true }).click();
    await panel().getByRole('menuitem', { name: 'Compare with previous run' }).click();
    await panel().getByText('The prompts part in message 1 (system)').waitFor();
    await panel().locator('.prefix del', { hasText: 'Monday' }).waitFor();
    await panel().locator('.prefix ins', { hasText: 'Tuesday' }).waitFor();
    await window.screenshot(path.join(pictures, 'compare-calls.png'));
  });

  it('stands in a run that is compared call by call', async () => {
    const second = window.rowAt('Traces', 1, 'travel agent').first();
    await window.chooseFromMenu(second, 'Compare with Previous Run');
    const table = panel().getByRole('table', { name: 'Calls of both runs' });
    await table.waitFor();
    assert.equal(await table.locator('tbody tr').count(), 3);
    await window.screenshot(path.join(pictures, 'compare-runs.png'));
    await table.getByRole('button', { name: 'Compare' }).first().click();
    await panel().getByText('The prompts part in').waitFor();
    await panel().getByRole('button', { name: 'Back to the runs' }).click();
    await table.waitFor();
  });

  it('stays open over a restart of the engine', async () => {
    await window.run('LLM Traces: Restart Engine');
    await statusIn(window, 'listening').waitFor();
    await panel().getByRole('table', { name: 'Calls of both runs' }).waitFor();
    await panel().getByRole('button', { name: 'Swap sides' }).click();
    await eventually(async () => {
      const text = await panel().getByRole('table', { name: 'Figures of the runs' }).innerText();
      assert.match(text, /travel agent/);
    });
  });

  for (const name of Object.keys(themes) as ThemeName[]) {
    it(`looks well in the theme ${themes[name]}`, async () => {
      await session.configure({ 'workbench.colorTheme': themes[name] });
      await window.page.waitForFunction(() => true);
      await panel().getByRole('button', { name: 'Compare' }).first().waitFor();
      await eventually(async () => {
        const kind = (await panel().locator('body').getAttribute('class')) ?? '';
        const wanted = {
          dark: 'vscode-dark',
          light: 'vscode-light',
          hc: 'vscode-high-contrast',
          'hc-light': 'vscode-high-contrast-light',
        }[name];
        assert.ok(kind.split(' ').includes(wanted), kind);
      });
      await window.screenshot(path.join(pictures, `compare-${name}.png`));
    });
  }

  it('stays open over a reload of the window: comparison and details', async () => {
    const before = await window.tabs();
    await window.reload();
    await panel().getByRole('table', { name: 'Calls of both runs' }).waitFor({ timeout: 45_000 });
    const after = await window.tabs();
    for (const name of ['answer', 'Compare: travel agent'])
      assert.deepEqual(
        after.filter((label) => label === name),
        before.filter((label) => label === name),
      );
    await window.page.locator('.part.editor .tab', { hasText: 'answer' }).first().click();
    await panel().getByText('Send to').waitFor();
  });
});
