import type { CallExpr, FunctionNode } from '../syntax/ast.ts';
import { withHoles } from './builtins.ts';
import { calledName } from './program.ts';
import type { Evaluator } from './evaluate.ts';
import { literalOf, optionsOf, type Environment, type ExternalValue, type Value } from './values.ts';
import type { Site } from './sites.ts';

/** A text that the request may contain. */
export interface TextPattern {
  /** White space made equal; undefined is a hole. */
  readonly parts: readonly (string | undefined)[];
  /** How many characters of it are known. */
  readonly known: number;
  /** `system`, `user`, …; '' when unknown. */
  readonly role: string;
  /** It is a message or prompt for certain: a request without it was not made here. */
  readonly isRequired: boolean;
}

/** What the sources say a request at a site looks like, when reached on one way. */
export interface Evidence {
  readonly site: Site;
  readonly env: Environment;
  readonly texts: readonly TextPattern[];
  /** Some message is not known at all: it may be anything. */
  readonly hasUnknownText: boolean;
  readonly models: readonly string[];
  /** The request's model is one of `models` for certain. */
  readonly isModelKnown: boolean;
  /** Settings with plain values, by name. */
  readonly settings: ReadonlyMap<string, string>;
  /** All settings are known: what is not there was not given. */
  readonly isClosed: boolean;
  readonly streaming: boolean | undefined;
  readonly tools: readonly string[];
  /** Undefined: tools are given, but which is not known. */
  readonly hasTools: boolean | undefined;
  readonly names: readonly string[];
  /** Functions of ours that the called object runs: nodes of a graph, steps of a chain. */
  readonly functions: readonly FunctionNode[];
}

const modelKeys =
  /^(?:model|model_?name|model_?id|modelId|modelName|ai_model_id|deployment|deployment_?name|engine|azure_deployment|llm|model_slug)$/;
const nameKeys = /^(?:name|agent_?name|role|id|run_?name|runName|title|functionId|app_name|serviceName)$/;
const textKeys =
  /^(?:content|contents|text|prompt|prompts|input|inputs|query|question|instructions?|system|system_?prompt|systemPrompt|system_?message|systemMessage|system_?instruction|systemInstruction|messages?|task|goal|backstory|description|expected_?output|preamble|template|user_?(?:message|prompt|input)|new_?message|developer|value|values|documents|texts|parts|user|human|assistant|history|chat_?history|data|body|args|kwargs|topic|requests?)$/;
const toolKeys = /^(?:tools|functions|toolkits?|plugins|activeTools|allowed_?tools|toolConfig|tool_?config)$/;
const roleOfKey = new Map([
  ['system', 'system'],
  ['system_prompt', 'system'],
  ['systemPrompt', 'system'],
  ['system_message', 'system'],
  ['systemMessage', 'system'],
  ['system_instruction', 'system'],
  ['systemInstruction', 'system'],
  ['instructions', 'system'],
  ['instruction', 'system'],
  ['preamble', 'system'],
  ['developer', 'system'],
  ['prompt', 'user'],
  ['query', 'user'],
  ['question', 'user'],
  ['task', 'user'],
]);
const batches = /batch|many|embed|_all$|for_each/i;
const roleWords = new Set(['system', 'user', 'human', 'assistant', 'ai', 'developer', 'tool', 'model']);

const limits = { texts: 40, depth: 14, nodes: 1_500 } as const;

/** Collects what a site's request looks like in one environment. */
export function evidenceOf(site: Site, env: Environment, evaluator: Evaluator): Evidence {
  return new Collector(site, env, evaluator).collect();
}

interface Where {
  readonly key: string;
  readonly role: string;
  /** In the call's own arguments: of the settings of objects it may be less sure that they are sent. */
  readonly isOwn: boolean;
  /** One of several possibilities. */
  readonly isOption: boolean;
  readonly depth: number;
  readonly inTools: boolean;
}

class Collector {
  readonly #site: Site;
  readonly #env: Environment;
  readonly #evaluator: Evaluator;
  readonly #texts: TextPattern[] = [];
  readonly #models = new Set<string>();
  readonly #settings = new Map<string, string>();
  readonly #tools = new Set<string>();
  readonly #names = new Set<string>();
  readonly #functions = new Set<FunctionNode>();
  readonly #seen = new Set<unknown>();
  #nodes = 0;
  #hasUnknownText = false;
  #isModelUnknown = false;
  #isClosed = true;
  #streaming: boolean | undefined;
  #hasTools: boolean | undefined = false;
  #hasMessages = false;

  constructor(site: Site, env: Environment, evaluator: Evaluator) {
    this.#site = site;
    this.#env = env;
    this.#evaluator = evaluator;
  }

  collect(): Evidence {
    const { call } = this.#site;
    this.#call(call, this.#env, true);
    const callee = this.#evaluator.evaluate(call.callee, this.#env);
    const made = optionsOf(callee).filter((one): one is ExternalValue => one.kind === 'external');
    if (made.length !== 1) this.#isClosed = false;
    for (const one of made) this.#external(one, { ...start, isOwn: false, isOption: made.length > 1 });
    if (callee.kind === 'unknown' && this.#site.family !== undefined) {
      this.#isClosed = false;
      this.#isModelUnknown = true;
    }
    if (!this.#hasMessages) this.#hasUnknownText = true;
    return {
      site: this.#site,
      env: this.#env,
      texts: this.#texts,
      hasUnknownText: this.#hasUnknownText,
      models: [...this.#models],
      isModelKnown: this.#models.size > 0 && !this.#isModelUnknown,
      settings: this.#settings,
      isClosed: this.#isClosed,
      streaming: this.#site.streaming ?? this.#streaming ?? (this.#isClosed ? false : undefined),
      tools: [...this.#tools],
      hasTools: this.#hasTools,
      names: [...this.#names],
      functions: [...this.#functions],
    };
  }

  #call(call: CallExpr, env: Environment, isOwn: boolean): void {
    for (const [index, argument] of call.args.entries()) {
      if (++this.#nodes > limits.nodes) return;
      const value = this.#evaluator.evaluate(argument.value, env);
      if (argument.spread === 'dict') this.#spread(value, isOwn);
      else if (argument.name !== undefined) this.#value(value, where(argument.name, isOwn));
      else if (value.kind === 'dict') this.#dict(value, { ...start, isOwn });
      else this.#positional(value, index, isOwn);
    }
  }

  #spread(value: Value, isOwn: boolean): void {
    if (value.kind === 'dict') this.#dict(value, { ...start, isOwn });
    else if (value.kind !== 'constant') this.#open();
  }

  #open(): void {
    this.#isClosed = false;
    this.#hasTools ??= undefined;
    if (this.#hasTools === false) this.#hasTools = undefined;
  }

  #positional(value: Value, index: number, isOwn: boolean): void {
    const literal = literalOf(value);
    if (literal !== undefined && looksLikeModel(literal)) {
      this.#models.add(literal);
      return;
    }
    if (literal !== undefined && !isOwn && index === 0 && /^[\w.-]{1,60}$/.test(literal))
      this.#names.add(literal);
    this.#value(value, { ...start, key: isOwn && index === 0 ? 'input' : '', isOwn });
  }

  #value(value: Value, at: Where): void {
    if (++this.#nodes > limits.nodes || at.depth > limits.depth) {
      this.#hasUnknownText = true;
      this.#isClosed = false;
      return;
    }
    switch (value.kind) {
      case 'union': {
        const deeper = { ...at, isOption: true, depth: at.depth + 1 };
        for (const one of value.options) this.#value(one, deeper);
        return;
      }
      case 'text':
        return this.#text(value.parts, at);
      case 'number':
        this.#set(at, String(value.value));
        return;
      case 'constant':
        if (value.value !== null) this.#set(at, String(value.value));
        if (at.key === 'stream' && at.isOwn && !at.isOption) this.#streaming = value.value === true;
        return;
      case 'list':
        return this.#list(value.items, value.isOpen, value.isTuple, at);
      case 'dict':
        return this.#dict(value, { ...at, depth: at.depth + 1 });
      case 'function':
        if (at.inTools || toolKeys.test(at.key)) this.#tool(value.fn.name, at);
        else if (this.#functions.size < 50) this.#functions.add(value.fn);
        return;
      case 'external':
        return this.#external(value, at);
      case 'instance':
        if (value.call && value.env && !this.#seen.has(value.call)) {
          this.#seen.add(value.call);
          this.#call(value.call, value.env, false);
        }
        if (isTextual(at)) this.#noteUnknownText(at);
        return;
      case 'unknown':
        if (modelKeys.test(at.key)) this.#isModelUnknown = true;
        if (toolKeys.test(at.key)) this.#hasTools = undefined;
        if (at.key === 'stream') this.#streaming = undefined;
        if (isTextual(at)) this.#noteUnknownText(at);
        return;
      case 'class':
      case 'module':
        if (at.inTools && value.kind === 'class') this.#tool(value.cls.name, at);
    }
  }

  #noteUnknownText(at: Where): void {
    this.#hasUnknownText = true;
    if (at.isOwn) this.#hasMessages = true;
  }

  #set(at: Where, value: string): void {
    if (at.key === '' || at.depth > 4 || this.#settings.size > 60) return;
    if (at.isOption) this.#settings.delete(at.key);
    else if (!this.#settings.has(at.key) || at.isOwn) this.#settings.set(at.key, value);
  }

  #text(parts: readonly (string | undefined)[], at: Where): void {
    const literal = literalOf({ kind: 'text', parts });
    if (modelKeys.test(at.key)) {
      if (literal === undefined) this.#isModelUnknown = true;
      else this.#models.add(literal);
      return;
    }
    if (at.inTools) {
      if (at.key === 'name' && literal !== undefined) this.#tool(literal, at);
      return;
    }
    if (literal !== undefined) {
      if (nameKeys.test(at.key)) this.#names.add(literal);
      if (looksLikeModel(literal) && !textKeys.test(at.key)) this.#models.add(literal);
      this.#set(at, literal.slice(0, 100));
    }
    const isText = isTextual(at);
    if (isText && at.isOwn) this.#hasMessages = true;
    const pieces = parts.flatMap((part) => withHoles(part)).map((part) => part?.replace(/\s+/g, ' '));
    const known = pieces.reduce((sum, part) => sum + (part?.trim().length ?? 0), 0);
    if (known < 2) {
      if (isText) this.#hasUnknownText = true;
      return;
    }
    if (this.#texts.length >= limits.texts) return;
    this.#texts.push({
      parts: pieces,
      known,
      role: at.role,
      isRequired: isText && at.isOwn && !at.isOption,
    });
  }

  #list(items: readonly Value[], isOpen: boolean, isTuple: boolean, at: Where): void {
    // Of a batch each request has one item.
    const isBatch = at.isOwn && at.depth === 0 && batches.test(calledName(this.#site.call));
    const deeper = { ...at, depth: at.depth + 1, isOption: at.isOption || isBatch };
    const tools = at.inTools || toolKeys.test(at.key);
    // `("system", "You are …")`, `['system', 'You are …']`
    const [first, second] = items;
    const role = first && literalOf(first);
    if (
      items.length === 2 &&
      second &&
      role !== undefined &&
      roleWords.has(role) &&
      (isTuple || second.kind === 'text')
    ) {
      this.#value(second, { ...deeper, key: 'content', role: normalRole(role) });
      return;
    }
    for (const item of items)
      this.#value(item, { ...deeper, inTools: tools, key: tools ? at.key : itemKey(at) });
    if (tools && isOpen && items.length === 0) this.#hasTools = undefined;
    if (isOpen && !tools && isTextual(at)) this.#hasUnknownText = true;
  }

  #dict(value: Extract<Value, { kind: 'dict' }>, at: Where): void {
    const roleValue = value.entries.get('role');
    const role = roleValue && literalOf(roleValue);
    const isMessage = role !== undefined && (value.entries.has('content') || value.entries.has('parts'));
    const tools = at.inTools || toolKeys.test(at.key);
    for (const [key, one] of value.entries) {
      if (isMessage && key === 'role') continue;
      if (tools && one.kind !== 'list' && one.kind !== 'text' && !at.inTools && at.key !== 'toolConfig')
        this.#tool(key, at);
      const inner: Where = {
        key,
        role: isMessage ? normalRole(role) : (roleOfKey.get(key) ?? at.role),
        isOwn: at.isOwn,
        isOption: at.isOption,
        depth: at.depth + 1,
        inTools: tools || toolKeys.test(key),
      };
      this.#value(one, inner);
    }
    if (value.isOpen) {
      if (at.depth <= 1) this.#open();
      if (isTextual(at)) this.#hasUnknownText = true;
    }
  }

  #external(value: ExternalValue, at: Where): void {
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    // A tool made by a library's function: its name is all that the request shows of it.
    if (at.inTools || toolKeys.test(at.key)) {
      const named = value.calls
        .map(({ call, env }) => this.#nameIn(call, env))
        .find((name) => name !== undefined);
      const fn = value.parts.find((part) => part.kind === 'function');
      const name = named ?? (fn?.kind === 'function' ? fn.fn.name : undefined);
      if (name !== undefined) this.#tool(name, at);
      else this.#hasTools = undefined;
      return;
    }
    for (const { call, env } of value.calls) {
      if (this.#seen.has(call)) continue;
      this.#seen.add(call);
      this.#call(call, env, isMessageMaker(value, at));
    }
    for (const part of value.parts) this.#value(part, { ...at, isOwn: false, depth: at.depth + 1 });
    if (value.calls.length === 0 && isTextual(at)) this.#noteUnknownText(at);
    else if (isTextual(at) && at.isOwn) this.#hasMessages = true;
    if (modelKeys.test(at.key) && value.calls.length === 0) this.#isModelUnknown = true;
  }

  #nameIn(call: CallExpr, env: Environment): string | undefined {
    for (const argument of call.args) {
      const value = this.#evaluator.evaluate(argument.value, env);
      if (argument.name === 'name') return literalOf(value);
      if (value.kind === 'dict') {
        const name = value.entries.get('name');
        if (name) return literalOf(name);
      }
    }
    return undefined;
  }

  #tool(name: string, _at: Where): void {
    this.#hasTools = true;
    if (name !== '<anonymous>' && this.#tools.size < 100) this.#tools.add(name);
  }
}

const start: Where = { key: '', role: '', isOwn: true, isOption: false, depth: 0, inTools: false };

function where(key: string, isOwn: boolean): Where {
  return { ...start, key, role: roleOfKey.get(key) ?? '', isOwn, inTools: toolKeys.test(key) };
}

/** Things like `ChatMessage.from_user("…")`, `HumanMessage(…)`: what is in them is sent. */
function isMessageMaker(value: ExternalValue, at: Where): boolean {
  return (
    at.isOwn &&
    (isTextual(at) || value.path.some((name) => /message|content|part|document|prompt/i.test(name)))
  );
}

function isTextual(at: Where): boolean {
  return textKeys.test(at.key);
}

function itemKey(at: Where): string {
  return at.key === 'messages' || at.key === 'contents' ? 'content' : at.key;
}

function normalRole(role: string): string {
  if (role === 'human') return 'user';
  if (role === 'ai' || role === 'model') return 'assistant';
  return role === 'developer' ? 'system' : role;
}

/** `gpt-4o`, `openai/gpt-4o-mini`, `anthropic.claude-3`, `gemini-2.5-pro`, `text-embedding-3-small`. */
export function looksLikeModel(literal: string): boolean {
  return (
    literal.length <= 100 &&
    /^[\w./:@-]+$/.test(literal) &&
    /(?:^|[/:.@-])(?:gpt|o[1-9]\b|o[1-9]-|chatgpt|claude|gemini|gemma|llama|mistral|mixtral|ministral|codestral|command|deepseek|qwen|phi|grok|nova|titan|text-embedding|text-|embed|voyage|jamba|sonar|kimi|glm|dall-e|whisper|davinci|babbage|granite|yi-|solar|falcon|bge|nomic|all-minilm)/i.test(
      literal,
    )
  );
}
