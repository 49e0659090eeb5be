import type { EnvironmentVariable } from './programEnvironment.ts';

export type Shell = 'sh' | 'fish' | 'powershell' | 'cmd' | 'dotenv';

/** Lines that set variables to values, without a line end behind the last, so that pasting runs nothing by itself. */
export function assignments(values: ReadonlyMap<string, string>, shell: Shell): string {
  return [...values].map(([name, value]) => assignment(shell, name, value)).join('\n');
}

/** The shell a path such as `/usr/bin/fish` names; `sh` when it is none we know. */
export function shellOf(path: string | undefined, platform: NodeJS.Platform): Shell {
  const name = (path ?? '').toLowerCase().split(/[\\/]/).at(-1) ?? '';
  if (name.startsWith('fish')) return 'fish';
  if (name.startsWith('pwsh') || name.startsWith('powershell')) return 'powershell';
  if (name === 'cmd.exe' || name === 'cmd') return 'cmd';
  return name === '' && platform === 'win32' ? 'powershell' : 'sh';
}

/**
 * Lines as the variables say: those that are joined are joined to what the shell has when the line runs. A `.env` file
 * has no way to; there they stand alone.
 */
export function statements(variables: readonly EnvironmentVariable[], shell: Shell): string {
  return variables
    .map((variable) => {
      const { name, value, how } = variable;
      return how === 'default' ? assignment(shell, name, value) : joining(shell, variable);
    })
    .join('\n');
}

function joining(shell: Shell, { name, value, how, separator }: EnvironmentVariable): string {
  const before = how === 'prepend';
  switch (shell) {
    case 'sh': {
      const quoted = quoteSh(value);
      if (before) return `export ${name}=${quoted}"\${${name}:+${separator}$${name}}"`;
      return `export ${name}="\${${name}:+$${name}${separator}}"${quoted}`;
    }
    case 'fish': {
      const parts = before ? `${quoteFish(value)} $${name}` : `$${name} ${quoteFish(value)}`;
      return `set -gx ${name} (string join -- '${separator}' ${parts})`;
    }
    case 'powershell': {
      const quoted = quotePowershell(value);
      const parts = before ? `@(${quoted}, $env:${name})` : `@($env:${name}, ${quoted})`;
      return `$env:${name} = (${parts} | Where-Object { $_ }) -join '${separator}'`;
    }
    case 'cmd': {
      const plain = value.replace(/["%]/g, '');
      return `set "${name}=${before ? `${plain}${separator}%${name}%` : `%${name}%${separator}${plain}`}"`;
    }
    case 'dotenv':
      return assignment(shell, name, value);
  }
}

function assignment(shell: Shell, name: string, value: string): string {
  switch (shell) {
    case 'sh':
      return `export ${name}=${quoteSh(value)}`;
    case 'fish':
      return `set -gx ${name} ${quoteFish(value)}`;
    case 'powershell':
      return `$env:${name} = ${quotePowershell(value)}`;
    case 'cmd':
      return `set "${name}=${value.replace(/["%]/g, '')}"`;
    case 'dotenv':
      return `${name}=${/^[\w./:[\]-]*$/.test(value) ? value : JSON.stringify(value)}`;
  }
}

function quoteSh(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function quoteFish(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** PowerShell takes typographic quotes for quotes as well. */
function quotePowershell(value: string): string {
  return `'${value.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}
