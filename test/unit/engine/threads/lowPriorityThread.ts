import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { letOthersGoFirst } from '../../../../src/engine/lowPriority.ts';

letOthersGoFirst(7);
parentPort?.postMessage(Number(readFileSync('/proc/thread-self/stat', 'utf8').split(') ')[1]?.split(' ')[16]));
