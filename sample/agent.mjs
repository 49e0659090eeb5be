#!/usr/bin/env node
/**
 * A sample agent: it plans, takes its steps with tools and a model, and sums up. Its spans go to an OTLP receiver.
 *
 * Environment:
 *   OTEL_EXPORTER_OTLP_ENDPOINT  where to send the spans, OTLP over HTTP (http://127.0.0.1:4318)
 *   OTEL_SERVICE_NAME            the service's name (sample-agent)
 *
 * Arguments: `--run NAME` one question only (may be repeated), `--every SECONDS` again and again until it is ended,
 * `--fast` without the pauses of a model at work, `--list` the questions, `--help`.
 *
 * No key is needed: the model is a small stand-in on this machine (standIn.mjs). Node.js 18.19 or newer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { handbook } from './handbook.mjs';
import { ChatModel } from './model.mjs';
import { questions } from './questions.mjs';
import { startStandIn } from './standIn.mjs';
import { endpoint, startTelemetry, stopTelemetry, traced } from './telemetry.mjs';
import { runTool, toolDefinitions } from './tools.mjs';

class TravelAgent {
  #model;

  constructor(model) {
    this.#model = model;
  }

  /** Answers a question: plan, steps, synthesis. */
  answer(question) {
    return traced('agent.workflow', { attributes: { 'user.query': question } }, async (span) => {
      const steps = await this.plan(question);
      span.setAttribute('agent.total_steps', steps.length);
      const results = [];
      for (const [index, step] of steps.entries()) results.push(await this.takeStep(index, step, question));
      return this.synthesize(question, results);
    });
  }

  plan(question) {
    return traced('agent.plan', {}, async () => {
      const { text } = await this.#model.chat({
        model: 'gpt-4o',
        messages: [
          {
            role: 'system',
            content: 'You plan the work of a travel agent. Answer with JSON: {"steps": [...]}.',
          },
          { role: 'user', content: question },
        ],
      });
      return JSON.parse(text).steps;
    });
  }

  takeStep(index, step, question) {
    const attributes = { 'step.type': step.type, ...(step.tool && { 'step.tool': step.tool }) };
    return traced(`agent.step.${index}`, { attributes }, () =>
      step.type === 'tool_call' ? this.useTool(step.tool, question) : this.think(step.prompt, question),
    );
  }

  /** The model fills in the tool's arguments; a tool that fails is told to the model, not thrown. */
  async useTool(name, question) {
    const tools = toolDefinitions.filter((tool) => tool.function.name === name);
    const { toolCalls } = await this.#model.chat({
      model: 'gpt-4o-mini',
      tools,
      messages: [
        { role: 'system', content: question },
        { role: 'user', content: `Use ${name} for this.` },
      ],
    });
    const [call] = toolCalls;
    const attributes = {
      'tool.name': name,
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': call.id,
      'gen_ai.tool.call.arguments': call.function.arguments,
    };
    try {
      return await traced('tool.execute', { attributes }, async (span) => {
        const result = await runTool(name, JSON.parse(call.function.arguments));
        span.setAttribute('gen_ai.tool.call.result', JSON.stringify(result));
        return result;
      });
    } catch (error) {
      return { error: error.message };
    }
  }

  async think(prompt, question) {
    const long = /museum/.test(question) && /every/.test(prompt);
    const { text } = await this.#model.chat({
      model: 'gpt-4o-mini',
      stream: true,
      max_tokens: long ? 60 : 400,
      messages: [
        { role: 'system', content: handbook },
        { role: 'user', content: prompt },
      ],
    });
    return text;
  }

  synthesize(question, results) {
    return traced('agent.synthesize', {}, async () => {
      const { text } = await this.#model.chat({
        model: 'gpt-4o',
        stream: true,
        messages: [
          { role: 'system', content: 'You sum up what was found, in one or two sentences.' },
          { role: 'user', content: `${question}\n\nWhat was found:\n${JSON.stringify(results)}` },
        ],
      });
      return text;
    });
  }
}

/** A message that helps, before anything is run for nothing. */
async function checkReceiver() {
  try {
    await fetch(`${endpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  } catch {
    throw new Error(
      `Nothing listens at ${endpoint}. Start the receiver, or set OTEL_EXPORTER_OTLP_ENDPOINT to it.`,
    );
  }
}

function readArguments(words) {
  const options = { runs: [], every: undefined, fast: false };
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '--fast') options.fast = true;
    else if (word === '--run') options.runs.push(words[++index]);
    else if (word === '--every') options.every = Number(words[++index]);
    else if (word === '--list' || word === '--help') options.show = word.slice(2);
    else throw new Error(`Not an argument: ${word} (see --help)`);
  }
  const unknown = options.runs.find((name) => !questions.some((question) => question.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no question ${unknown}: ${questions.map(({ name }) => name).join(', ')}`);
  if (options.every !== undefined && !(options.every > 0))
    throw new Error('--every takes seconds, more than 0');
  return options;
}

async function runOnce(agent, runs) {
  for (const { name, text } of questions) {
    if (runs.length > 0 && !runs.includes(name)) continue;
    console.log(`\n> ${text}`);
    try {
      console.log(`  ${(await agent.answer(text)).replaceAll('\n', '\n  ')}`);
    } catch (error) {
      console.log(`  failed: ${error.message}`);
    }
  }
}

async function main() {
  const { runs, every, fast, show } = readArguments(process.argv.slice(2));
  if (show === 'list') {
    for (const { name, text } of questions) console.log(`${name.padEnd(14)}${text}`);
    return;
  }
  if (show === 'help') {
    console.log('node agent.mjs [--run NAME]... [--every SECONDS] [--fast] [--list]');
    console.log('Sends its spans to OTEL_EXPORTER_OTLP_ENDPOINT (http://127.0.0.1:4318), OTLP over HTTP.');
    return;
  }
  await checkReceiver();
  startTelemetry({ serviceName: 'sample-agent', sessionId: `sample-${Date.now().toString(36)}` });
  do {
    const standIn = await startStandIn({ fast });
    await runOnce(new TravelAgent(new ChatModel(standIn.baseUrl)), runs);
    await standIn.close();
    if (every !== undefined) await sleep(every * 1000);
  } while (every !== undefined);
  await stopTelemetry();
  console.log(`\nThe spans were sent to ${endpoint}.`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
