/** The agent's tools: what the model is told about them, and what they do. */
import { setTimeout as sleep } from 'node:timers/promises';

export const toolDefinitions = [
  define('get_weather', 'The weather forecast for a city', { city: 'string' }),
  define('find_trains', 'Trains between two cities on a day', {
    from: 'string',
    to: 'string',
    day: 'string',
  }),
  define('cancel_booking', 'Cancels a booking by its number', { booking: 'string' }),
];

function define(name, description, parameters) {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, type]) => [key, { type }]));
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: { type: 'object', properties, required: Object.keys(properties) },
    },
  };
}

const tools = {
  async get_weather({ city }) {
    await sleep(60);
    return { city, forecast: 'sunny, a light wind from the sea', celsius: 24 };
  },
  async find_trains({ from, to, day }) {
    await sleep(110);
    return [
      { train: 'IC 512', from, to, day, departs: '09:10', arrives: '09:50', euro: 4.6 },
      { train: 'R 2214', from, to, day, departs: '10:05', arrives: '10:52', euro: 2.4 },
    ];
  },
  async cancel_booking({ booking }) {
    await sleep(40);
    throw new Error(`The booking service does not answer (${booking})`);
  },
};

export function runTool(name, parameters) {
  const tool = tools[name];
  if (tool === undefined) throw new Error(`There is no tool ${name}`);
  return tool(parameters);
}
