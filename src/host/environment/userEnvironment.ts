/** What the user has set in files that programs are started with. Pure. */

/** Names of variables that tasks set: `options.env` of a tasks.json, of its tasks and of their systems' parts. */
export function namesInTasks(configuration: unknown): Set<string> {
  const names = new Set<string>();
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 6) return;
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 1000)) visit(item, depth + 1);
      return;
    }
    for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
      if (key === 'env' && typeof item === 'object' && item !== null) {
        for (const name of Object.keys(item)) names.add(name);
      } else visit(item, depth + 1);
    }
  };
  visit(configuration, 0);
  return names;
}

/** The variables of a setting such as `terminal.integrated.env.linux`; null takes one away. */
export function terminalVariables(setting: unknown): Record<string, string | undefined> {
  if (typeof setting !== 'object' || setting === null) return {};
  const entries = Object.entries(setting).filter(
    (entry): entry is [string, string | null] => typeof entry[1] === 'string' || entry[1] === null,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? undefined]));
}

/** The part of such a setting's name that says for which system it is. */
export function platformName(platform: NodeJS.Platform): 'windows' | 'osx' | 'linux' {
  return platform === 'win32' ? 'windows' : platform === 'darwin' ? 'osx' : 'linux';
}
