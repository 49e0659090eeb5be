import type { DetailsEvents, DetailsRequests, DetailsTarget } from '../../src/protocol/webview.ts';
import { isDetailsEvent, isInlineImage, isRawSpanText, isText } from '../../src/protocol/webview.ts';
import type { PageActions } from '../kit/actions.ts';
import type { Host } from '../kit/host.ts';
import type { DetailsActions, ReplayActions } from './actions.ts';

export type DetailsHost = Host<DetailsRequests, DetailsEvents>;

/** What waits for the user, or for a model, has no time limit. */
const patient = { timeoutMs: 0 } as const;

export function pageActions(host: DetailsHost, announce: (text: string) => void): PageActions {
  return {
    copy: (text) => host.channel.call('clipboard/write', { text }),
    openLink: (url) => ignore(host.channel.call('link/open', { url }, patient)),
    announce,
  };
}

export function detailsActions({ channel }: DetailsHost, selectTab: (tab: string) => void): DetailsActions {
  const key = ({ traceId, spanId }: DetailsTarget): DetailsTarget => ({ traceId, spanId });
  return {
    show: (target) => ignore(channel.call('details/show', key(target))),
    reveal: (target) => ignore(channel.call('tree/reveal', key(target))),
    goToSource: (target) => ignore(channel.call('source/goto', key(target), patient)),
    openSource: (file, line, column) =>
      ignore(
        channel.call('source/open', { file, line, ...(column === undefined ? {} : { column }) }, patient),
      ),
    setPrice: (model, provider) =>
      ignore(channel.call('price/set', { model, ...(provider === undefined ? {} : { provider }) }, patient)),
    explain: (target) => channel.call('details/explain', key(target)),
    estimate: (target) => channel.call('details/estimate', key(target)),
    text: async (target, { section, message, part }) => {
      const found = await channel.call('details/text', { ...key(target), section, message, part });
      return isText(found) ? found.text : undefined;
    },
    value: async (target, place) => {
      const found = await channel.call('details/value', { ...key(target), ...place });
      return isText(found) ? found.text : undefined;
    },
    image: async (target, { section, message, part }) => {
      const found = await channel.call('details/image', { ...key(target), section, message, part });
      return isInlineImage(found) ? found : undefined;
    },
    raw: async (target) => {
      const found = await channel.call('details/raw', key(target));
      return isRawSpanText(found) ? found : null;
    },
    openRaw: (target) => ignore(channel.call('raw/open', key(target))),
    copyAs: (target, as) => ignore(channel.call('call/copy', { ...key(target), as })),
    compare: (target, what) => ignore(channel.call('call/compare', { ...key(target), what })),
    selectTab,
    replay: replayActions(channel),
  };
}

function replayActions(channel: DetailsHost['channel']): ReplayActions {
  return {
    options: () => channel.call('replay/options', {}),
    request: (target) => channel.call('replay/request', { traceId: target.traceId, spanId: target.spanId }),
    send: async (draft, signal, onProgress) => {
      const stop = channel.on('replay/progress', (progress) => {
        if (isDetailsEvent('replay/progress', progress) && progress.run === draft.run)
          onProgress(progress.text, progress.reasoning);
      });
      try {
        return await channel.call('replay/send', draft, { ...patient, signal });
      } finally {
        stop();
      }
    },
    configure: () => ignore(channel.call('replay/configure', {})),
    setKey: (to) => channel.call('replay/setKey', { to }, patient),
  };
}

/** The host tells the user itself when such a request fails. */
function ignore(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
