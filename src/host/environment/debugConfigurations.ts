import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { dotenvNames } from '../setup/dotenv.ts';
import type { ProgramEnvironments } from './programEnvironments.ts';
import { withEnvironment } from './debugEnvironment.ts';

/** Gives debug sessions the environment that terminals have; over no value that the configuration sets. */
export function registerDebugConfigurations(environments: ProgramEnvironments): vscode.Disposable {
  return vscode.debug.registerDebugConfigurationProvider('*', {
    async resolveDebugConfigurationWithSubstitutedVariables(folder, configuration) {
      const inFile = await namesInFile(configuration['envFile']);
      const fsPath = folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
      return withEnvironment(configuration, inFile, (own) => environments.valuesFor(fsPath, own));
    },
  });
}

async function namesInFile(file: unknown): Promise<Set<string>> {
  const files = (Array.isArray(file) ? file : [file]).filter(
    (name): name is string => typeof name === 'string',
  );
  const texts = await Promise.all(files.map((name) => readFile(name, 'utf8').catch(() => '')));
  return new Set(texts.flatMap((text) => [...dotenvNames(text)]));
}
