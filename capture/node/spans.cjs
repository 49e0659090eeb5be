/** Finds the tracers of a program, whichever OpenTelemetry SDK and copy made them, and marks the spans they start. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { around, attempt, replaceMethod } = require('./guard.cjs');
const { spanChain, textOf } = require('./chain.cjs');
const { isActive } = require('./settings.cjs');
const resources = require('./resource.cjs');

const attribute = 'llm_trace_inspector.frames';
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');
const apiKey = Symbol.for('opentelemetry.js.api.1');

/** Classes and objects whose methods are wrapped, so that none is wrapped twice. */
const hooked = new WeakSet();
/** Span → `{ chain, scope }`; the chain is undefined where no frame was found. */
const started = new WeakMap();
let active;

/** A provider, or the API's stand-in for one that comes later. */
function hookProvider(provider) {
  if (!isObject(provider) || hooked.has(provider)) return;
  hooked.add(provider);
  if (typeof provider.setDelegate === 'function') {
    replaceOwn(provider, 'setDelegate', (original, self, args) => {
      attempt(() => hookProvider(args[0]));
      return Reflect.apply(original, self, args);
    });
    // The stand-in hands on to it; its own delegate is nothing that needs hooking before it is set.
    hookProvider(provider._delegate);
    return;
  }
  const owner = ownerOf(provider, 'getTracer');
  if (!owner || hooked.has(owner)) return;
  hooked.add(owner);
  replaceMethod(owner, 'getTracer', (original, self, args) => {
    const tracer = Reflect.apply(original, self, args);
    attempt(() => hookTracer(tracer));
    return tracer;
  });
}

function hookTracer(tracer) {
  if (!isObject(tracer)) return;
  // The API's own stand-in asks the real tracer.
  if (typeof tracer._getTracer === 'function') return;
  hookTracerMethods(ownerOf(tracer, 'startSpan'));
}

/** @param owner the object that has `startSpan`: a prototype, mostly */
function hookTracerMethods(owner) {
  if (!isObject(owner) || hooked.has(owner)) return;
  hooked.add(owner);
  replaceMethod(owner, 'startSpan', (original, self, args) => {
    const span = Reflect.apply(original, self, args);
    try {
      mark(span, self, args[1], args[2]);
    } catch {
      // The span is as it would have been.
    }
    return span;
  });
}

function mark(span, tracer, options, context) {
  if (active === undefined) active = isActive();
  if (!active || !span || started.has(span) || !span.isRecording()) return;
  const scope = scopeOf(tracer);
  const parent = options && options.root ? undefined : started.get(parentOf(context));
  const chain = spanChain(parent && parent.scope === scope ? parent.chain : undefined);
  started.set(span, { chain, scope });
  if (chain) span.setAttribute(attribute, textOf(chain));
  resources.ensureOn(span.resource || tracer.resource || tracer._resource);
}

function scopeOf(tracer) {
  const scope = tracer.instrumentationScope || tracer.instrumentationLibrary;
  return scope ? scope.name : undefined;
}

function parentOf(context) {
  let around = context;
  if (!around) {
    const api = globalThis[apiKey];
    around = api && api.context && api.context.active();
  }
  return around && typeof around.getValue === 'function' ? around.getValue(spanKey) : undefined;
}

/** An own method that nobody sees in a listing. */
function replaceOwn(target, name, apply) {
  Object.defineProperty(target, name, {
    value: around(target[name], apply),
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function ownerOf(target, name) {
  let owner = target;
  while (owner && !Object.prototype.hasOwnProperty.call(owner, name)) owner = Object.getPrototypeOf(owner);
  return owner && typeof target[name] === 'function' ? owner : undefined;
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

module.exports = { attribute, hookProvider, hookTracerMethods };
