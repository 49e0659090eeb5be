/**
 * What `NODE_OPTIONS=--require …/register.cjs` loads into the user's program, before it: the entry of the hook that
 * puts the user's own frames on each OpenTelemetry span. Old JavaScript, for whatever Node it meets; nothing that
 * goes wrong in here may reach the program.
 */
'use strict';
var version = String(process.versions.node).split('.');
if (+version[0] >= 18) {
  try {
    require('./start.cjs').start();
  } catch (error) {
    if (process.env.LLM_TRACE_INSPECTOR_CAPTURE === 'debug') console.error(error);
  }
}
