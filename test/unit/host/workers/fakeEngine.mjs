/** An engine as far as its supervisor sees it; what it does is told in its settings' first workspace folder. */
import { parentPort, workerData } from 'node:worker_threads';

const [behaviour] = workerData.settings.workspaceFolders;
const status = {
  protocolVersion: workerData.protocolVersion,
  state: 'listening',
  conflicts: [],
  dropped: {},
};
if (behaviour === 'crash') throw new Error('crash at the start');
if (behaviour === 'other version') status.protocolVersion = -1;

parentPort.on('message', ({ t, id, method }) => {
  if (t !== 'req') return;
  const answer = (result) => parentPort.postMessage({ t: 'res', id, result });
  if (method === 'engine/status') answer(status);
  else if (method === 'engine/close' && behaviour !== 'deaf') {
    answer(null);
    parentPort.close();
  } else if (method === 'receiver/start')
    parentPort.postMessage({ t: 'ev', event: 'store/changed', body: { traceIds: ['a'], all: false } });
  else if (method === 'receiver/stop') process.exit(3);
});
