/**
 * What `NODE_OPTIONS=--require …/register.cjs` loads into the user's program, before it: the entry of the hook that
 * puts the user's own frames on each OpenTelemetry span. Old JavaScript, for whatever Node it meets; nothing that
 * goes wrong in here may reach the program.
 */
'use strict';
// None of these files is listed in the program's `require.cache`, nor lost when that is emptied.
Object.defineProperty(require.cache, __filename, { enumerable: false });

var version = String(process.versions.node).split('.');
if (+version[0] >= 18) {
  try {
    require('./start.cjs').start();
  } catch (error) {
    if (process.env.LLM_TRACE_INSPECTOR_CAPTURE === 'debug') console.error(error);
  }
}
