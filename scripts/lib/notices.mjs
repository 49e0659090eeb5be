import fs from 'node:fs/promises';
import path from 'node:path';

const licenceFile = /^(licen[cs]e|copying|notice)/i;

/** The folder of the package a bundled file came from, or undefined for our own files. */
function packageFolder(file) {
  const marker = 'node_modules/';
  const at = file.lastIndexOf(marker);
  if (at < 0) return undefined;
  const parts = file.slice(at + marker.length).split('/');
  const length = parts[0].startsWith('@') ? 2 : 1;
  return file.slice(0, at + marker.length) + parts.slice(0, length).join('/');
}

/**
 * Writes dist/ThirdPartyNotices.txt: name, version and licence of every package whose code is in the bundles.
 *
 * @param metafiles what esbuild told of each bundle
 * @returns how many packages
 */
export async function writeNotices(root, metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = packageFolder(file);
        // Fonts and styles tell no size of their own.
        if (folder !== undefined && (bytesInOutput > 0 || !/\.[cm]?js$/.test(file))) folders.add(folder);
      }
    }
  }
  const notices = new Map();
  for (const folder of folders) {
    const manifest = JSON.parse(await fs.readFile(path.join(root, folder, 'package.json'), 'utf8'));
    const files = (await fs.readdir(path.join(root, folder))).filter((name) => licenceFile.test(name)).sort();
    const texts = await Promise.all(files.map((name) => fs.readFile(path.join(root, folder, name), 'utf8')));
    const repository =
      typeof manifest.repository === 'string' ? manifest.repository : manifest.repository?.url;
    const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`;
    notices.set(
      title,
      [repository ?? '', ...texts.map((text) => text.trim())].filter((text) => text !== '').join('\n\n'),
    );
  }
  const rule = '-'.repeat(78);
  const body = [...notices]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, text]) => `${rule}\n${title}\n${text}\n`);
  const head = 'This extension contains code of the following packages.\n\n';
  await fs.mkdir(path.join(root, 'dist'), { recursive: true });
  await fs.writeFile(path.join(root, 'dist', 'ThirdPartyNotices.txt'), head + body.join('\n'));
  return notices.size;
}
