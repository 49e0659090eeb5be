import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { mappableFields } from '../../../src/conventions/options.ts';
import { ruleOperators } from '../../../src/model/userRule.ts';
import { rules } from '../../../src/quality/rules.ts';
import * as ids from '../../../src/host/ids.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const readJson = (name: string): unknown => JSON.parse(readFileSync(path.join(root, name), 'utf8'));

interface Menu {
  command?: string;
  submenu?: string;
  when?: string;
}
interface Setting {
  scope: string;
  default: unknown;
  markdownDescription: string;
  items?: { enum?: string[]; properties?: Record<string, { enum?: string[] }> };
}
interface Manifest {
  icon: string;
  activationEvents: string[];
  extensionKind: string[];
  capabilities: {
    untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: string };
  };
  contributes: {
    colors: { id: string }[];
    commands: { command: string }[];
    configuration: { properties: Record<string, Setting> };
    menus: Record<string, Menu[]>;
    submenus: { id: string; label: string }[];
    views: Record<string, { id: string; icon: string }[]>;
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    viewsWelcome: { view: string; contents: string; when: string }[];
    walkthroughs: {
      id: string;
      steps: { media: { svg: string }; description: string; completionEvents: string[] }[];
    }[];
  };
}
const manifest = readJson('package.json') as Manifest;
const strings = new Map(Object.entries(readJson('package.nls.json') as Record<string, string>));
const { contributes } = manifest;
const known = new Set<string>(Object.values(ids.commands));
const resolve = (text: string): string => strings.get(text.slice(1, -1)) ?? text;

describe('the manifest and the code', () => {
  it('know the same commands', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), [...known].sort());
  });

  it('know the same settings', () => {
    assert.deepEqual(
      Object.keys(contributes.configuration.properties).sort(),
      Object.values(ids.settings).sort(),
    );
  });

  it('know the same views, container, panel and walkthrough', () => {
    const all = Object.values(contributes.views).flat();
    assert.deepEqual(all.map(({ id }) => id).sort(), Object.values(ids.views).sort());
    assert.deepEqual(Object.keys(contributes.views), [ids.viewContainer]);
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [ids.viewContainer],
    );
    for (const panel of [ids.detailsPanel, ids.comparePanel])
      assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${panel}`));
    assert.deepEqual(
      contributes.walkthroughs.map(({ id }) => id),
      [ids.walkthrough],
    );
  });

  it('use in menus, links and completion events only commands that exist', () => {
    const links = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ];
    const used = [
      ...Object.values(contributes.menus)
        .flat()
        .flatMap(({ command }) => command ?? []),
      ...links.flatMap((text) =>
        [...resolve(text).matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id ?? ''),
      ),
      ...contributes.walkthroughs
        .flatMap(({ steps }) => steps.flatMap(({ completionEvents }) => completionEvents))
        .flatMap((event) => (event.startsWith('onCommand:') ? [event.slice(10)] : [])),
    ];
    assert.ok(used.length > 40);
    for (const id of used) assert.ok(known.has(id) || id === `${ids.views.traces}.focus`, id);
  });

  it('have the submenus that menus name', () => {
    const named = Object.values(contributes.menus)
      .flat()
      .flatMap(({ submenu }) => submenu ?? []);
    assert.deepEqual(
      [...new Set(named)],
      contributes.submenus.map(({ id }) => id),
    );
    for (const id of named) assert.ok((contributes.menus[id]?.length ?? 0) > 0, id);
  });

  it('read and set the same context keys', () => {
    const whens = [...Object.values(contributes.menus).flat(), ...contributes.viewsWelcome]
      .map(({ when }) => when ?? '')
      .join(' ');
    const used = new Set([...whens.matchAll(/\bllmTraces\.\w+/g)].map(([key]) => key));
    for (const view of Object.values(ids.views)) used.delete(view);
    assert.deepEqual([...used].sort(), Object.values(ids.contextKeys).sort());
  });

  it('keep commands that need an argument out of the palette', () => {
    const hidden = contributes.menus['commandPalette']
      ?.filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    assert.deepEqual(hidden?.sort(), [...ids.itemCommands].sort());
  });

  it('have the same colours', () => {
    assert.deepEqual(contributes.colors.map(({ id }) => id).sort(), Object.values(ids.heatColors).sort());
  });

  it('have a text for every placeholder, and no text that is not used', () => {
    const used = new Set(
      [...readFileSync(path.join(root, 'package.json'), 'utf8').matchAll(/"%([^%"]+)%"/g)].map(
        ([, key]) => key,
      ),
    );
    assert.deepEqual([...used].sort(), [...strings.keys()].sort());
  });

  it('name pictures that are there', () => {
    const files = [
      manifest.icon,
      ...Object.values(contributes.views)
        .flat()
        .map(({ icon }) => icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
    ];
    for (const file of files) assert.ok(existsSync(path.join(root, file)), file);
  });

  it('offer the flags that there are for switching off', () => {
    const { items } = contributes.configuration.properties[ids.settings.disabledFlags] ?? {};
    assert.deepEqual(
      items?.enum,
      rules.map(({ id }) => id),
    );
  });

  it('offer the same operators for rules', () => {
    const { items } = contributes.configuration.properties[ids.settings.userRules] ?? {};
    assert.deepEqual(items?.properties?.['operator']?.enum, [...ruleOperators]);
  });

  it('offer the fields that attributes can be mapped to', () => {
    const { items } = contributes.configuration.properties[ids.settings.attributeMappings] ?? {};
    assert.deepEqual(items?.properties?.['field']?.enum, [...mappableFields]);
  });
});

describe('trust', () => {
  it('lets no workspace change a port, an origin, a limit, a price or a rule', () => {
    // What is shown beside the code, and where its folders are, is a project's own matter.
    for (const [key, { scope }] of Object.entries(contributes.configuration.properties))
      assert.equal(scope, key.startsWith('llmTraces.code.') ? 'window' : 'machine', key);
  });

  it('is limited in untrusted and virtual workspaces, with every setting restricted', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.equal(virtualWorkspaces.supported, 'limited');
    assert.deepEqual(
      [...untrustedWorkspaces.restrictedConfigurations].sort(),
      Object.values(ids.settings).sort(),
    );
    assert.deepEqual(manifest.extensionKind, ['workspace']);
  });
});

describe('the rooms of the host and the webviews', () => {
  it('name ids nowhere but in ids.ts', () => {
    const files = readdirSync(path.join(root, 'src/host'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && file !== 'ids.ts',
    );
    const strict = new Set<string>([...known, ...Object.values(ids.settings)]);
    for (const file of files) {
      const text = readFileSync(path.join(root, 'src/host', file), 'utf8');
      for (const [, id = ''] of text.matchAll(/'(llmTraces\.[\w.]+)'/g))
        assert.ok(!strict.has(id), `${file} names ${id}`);
    }
  });
});
