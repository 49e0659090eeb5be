import type { ReplayDraft, ReplayOptions, ReplayRequest, ReplayTarget } from '../../src/protocol/replay.ts';

/** What the user has made of a recorded call. */
export type Draft = Omit<ReplayDraft, 'target' | 'run'>;

/** A draft that repeats the call as it was. */
export function draftFor(request: ReplayRequest, target: ReplayTarget | undefined): Draft {
  return {
    to: target?.id ?? '',
    model: target ? modelFor(request, target) : request.model,
    edits: [],
    removed: [],
    parameters: target?.kind === 'anthropic' ? request.parameters.anthropic : request.parameters.openai,
    withTools: true,
  };
}

/** The model to begin with: the endpoint's own, or else the recorded one. */
export function modelFor(request: ReplayRequest, target: ReplayTarget): string {
  return target.model ?? request.model;
}

/** Endpoints that have a key, or need none as they are on this machine, come first. */
export function firstTarget({ targets }: ReplayOptions): ReplayTarget | undefined {
  return (
    targets.find(({ hasKey, host }) => hasKey || /^(?:localhost|127\.|\[::1\])/.test(host)) ?? targets[0]
  );
}

export function isChanged({ edits, removed, parameters, withTools }: Draft, request: ReplayRequest): boolean {
  const isOwn = parameters !== request.parameters.openai && parameters !== request.parameters.anthropic;
  return edits.length > 0 || removed.length > 0 || !withTools || isOwn;
}

/** The edits with one more: the text of a part, or none when it is the recorded one again. */
export function withEdit(
  edits: Draft['edits'],
  edit: Draft['edits'][number],
  recorded: string,
): Draft['edits'] {
  const others = edits.filter(({ message, part }) => message !== edit.message || part !== edit.part);
  return edit.text === recorded ? others : [...others, edit];
}
