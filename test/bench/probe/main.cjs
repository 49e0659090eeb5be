/**
 * Measures the extension host from inside: writes the event loop's delay and the extension's activation time into the
 * workspace every 200 ms; a file `reset` there begins the histogram anew.
 */
const fs = require('node:fs');
const path = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const vscode = require('vscode');

exports.activate = async (context) => {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const { activationMs } = await vscode.extensions.getExtension('llm-trace-inspector.llm-trace-inspector').activate();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const timer = setInterval(() => {
    if (fs.existsSync(path.join(folder, 'reset'))) {
      fs.rmSync(path.join(folder, 'reset'));
      delay.reset();
      return;
    }
    const ms = (nanoseconds) => nanoseconds / 1e6;
    const measured = { activationMs, p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
    fs.writeFileSync(path.join(folder, 'probe.tmp'), JSON.stringify(measured));
    fs.renameSync(path.join(folder, 'probe.tmp'), path.join(folder, 'probe.json'));
  }, 200);
  context.subscriptions.push({ dispose: () => clearInterval(timer) });
};
