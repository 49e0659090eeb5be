import * as vscode from 'vscode';

/** Opens the settings on what the query finds; in a remote window on the page of the remote machine, whose they are. */
export async function openSettings(query: string): Promise<void> {
  if (vscode.env.remoteName === undefined)
    await vscode.commands.executeCommand('workbench.action.openSettings', query);
  else await vscode.commands.executeCommand('workbench.action.openRemoteSettings', { query });
}
