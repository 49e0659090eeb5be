/** What the program's resource says of it: its commit, and whose spans these are. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { attempt } = require('./guard.cjs');
const { revisionAt } = require('./revision.cjs');

const name = 'vcs.ref.head.revision';
const own = 'llm_trace_inspector.';
const variable = 'OTEL_RESOURCE_ATTRIBUTES';
/** One run of the program, told apart from the next: process numbers are used again. */
const processId = `${process.pid}-${Math.round(Date.now() - process.uptime() * 1000)}`;
let known;
const seen = new WeakSet();

function revision() {
  if (known === undefined) {
    const workspace = ownAttributes().find(([key]) => key === `${own}workspace`);
    known =
      attempt(() => revisionAt(process.cwd())) ||
      (workspace && attempt(() => revisionAt(workspace[1]))) ||
      null;
  }
  return known;
}

/** Our own attributes in the environment: a resource that is made without the environment lacks them. */
function ownAttributes() {
  return (process.env[variable] || '')
    .split(',')
    .map((item) => [item.slice(0, item.indexOf('=')).trim(), item.slice(item.indexOf('=') + 1).trim()])
    .filter(([key]) => key.startsWith(own))
    .map(([key, value]) => [key, attempt(() => decodeURIComponent(value)) || value]);
}

/** For the SDKs that read the environment: says it there, unless something says it already. */
function ensureInEnvironment() {
  const before = process.env[variable];
  if ((before && before.includes(`${name}=`)) || !revision()) return;
  process.env[variable] = `${before ? `${before},` : ''}${name}=${revision()}`;
}

/** For resources that were made without the environment. */
function ensureOn(resource) {
  if (!resource || seen.has(resource)) return;
  seen.add(resource);
  attempt(() => {
    // Reading `attributes` of one that still waits for some makes the SDK complain.
    const raw = Array.isArray(resource._rawAttributes) ? resource._rawAttributes : undefined;
    if (!raw && resource.asyncAttributesPending) return;
    const has = (key) =>
      raw ? raw.some(([other]) => other === key) : resource.attributes[key] !== undefined;
    const wanted = [[name, revision()], [`${own}process`, processId], ...ownAttributes()];
    for (const [key, value] of wanted) {
      if (!value || has(key)) continue;
      if (raw) raw.push([key, value]);
      else resource.attributes[key] = value;
    }
    // It is made anew of what was pushed.
    if (raw) resource._memoizedAttributes = undefined;
  });
}

module.exports = { ensureInEnvironment, ensureOn };
