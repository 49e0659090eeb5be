import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What is installed once and kept between runs; ignored by git. */
export const cacheFolder = path.join(root, '.cache');

export const fromRoot = (...parts) => path.join(root, ...parts);
