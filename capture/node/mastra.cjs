/**
 * Mastra has spans of its own, which its exporter turns into OpenTelemetry's at the end: the frames are taken where a
 * span is made and added where it is turned, by its id.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { attempt, replaceMethod } = require('./guard.cjs');
const { spanChain, textOf } = require('./chain.cjs');
const { isActive } = require('./settings.cjs');
const resources = require('./resource.cjs');

const attribute = 'llm_trace_inspector.frames';
const chains = new WeakMap();
/** Span id → text, of the latest spans. */
const texts = new Map();
const mostTexts = 20_000;

const spanClasses = new Set(['DefaultSpan', 'DefaultAISpan']);

/** @param replaceWith puts another value in the class's place */
function hook(name, value, replaceWith) {
  if (spanClasses.has(name)) replaceWith(watched(value));
  else if (name === 'SpanConverter' && value.prototype) {
    replaceMethod(value.prototype, 'convertSpan', (original, self, args) => {
      const converted = Reflect.apply(original, self, args);
      const add = (span) => attempt(() => complete(span, args[0])) || span;
      return converted && typeof converted.then === 'function' ? converted.then(add) : add(converted);
    });
  }
}

/** The class, whose every new span is marked. */
function watched(spanClass) {
  return new Proxy(spanClass, {
    construct(target, args, newTarget) {
      const span = Reflect.construct(target, args, newTarget);
      attempt(() => mark(span, args[0]));
      return span;
    },
  });
}

function mark(span, options) {
  if (!isActive() || typeof span.id !== 'string') return;
  const chain = spanChain(options && options.parent ? chains.get(options.parent) : undefined);
  if (!chain) return;
  chains.set(span, chain);
  texts.set(span.id, textOf(chain));
  if (texts.size > mostTexts) texts.delete(texts.keys().next().value);
}

function complete(converted, span) {
  const text = texts.get(span.id);
  if (text !== undefined && converted.attributes[attribute] === undefined)
    converted.attributes[attribute] = text;
  resources.ensureOn(converted.resource);
  return converted;
}

module.exports = { hook };
