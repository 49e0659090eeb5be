import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Rgb } from '../../../webview/flame/themeColors.ts';
import { contrast, legible } from '../../../webview/flame/themeColors.ts';

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];
const channel = fc.integer({ min: 0, max: 255 });
const anyColor = fc.tuple(channel, channel, channel);

describe('text on bars', () => {
  it('has the theme’s own colour where that can be read', () => {
    const [foreground, background]: Rgb[] = [
      [204, 204, 204],
      [30, 30, 30],
    ];
    assert.ok(foreground && background);
    assert.equal(legible([[58, 61, 65]], [foreground, background]), foreground);
    assert.equal(legible([[137, 209, 133]], [foreground, background]), background);
  });

  it('can be read on every colour, whatever the theme', () => {
    fc.assert(
      fc.property(anyColor, anyColor, anyColor, (ground, foreground, background) => {
        const text = legible([ground], [foreground, background]);
        assert.ok(contrast(ground, text) >= 4.5, `${contrast(ground, text)}`);
      }),
    );
  });

  it('can be read on both parts of a bar that waited as well as any text could', () => {
    fc.assert(
      fc.property(anyColor, anyColor, anyColor, (fill, wait, foreground) => {
        const least = (text: Rgb): number => Math.min(contrast(fill, text), contrast(wait, text));
        const found = least(legible([fill, wait], [foreground]));
        assert.ok(found >= 4.5 || found >= Math.max(least(black), least(white), least(foreground)));
      }),
    );
  });
});
