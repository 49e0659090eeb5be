import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ProtobufReader } from '../../../src/otlp/protobufReader.ts';
import { ProtobufWriter } from '../../../src/otlp/protobufWriter.ts';
import { type SliceableBuffer, StringCache } from '../../../src/otlp/stringCache.ts';

function written(write: (writer: ProtobufWriter) => void): ProtobufReader {
  const writer = new ProtobufWriter();
  write(writer);
  return new ProtobufReader(writer.finish());
}

describe('reader and writer', () => {
  it('agree on every signed 64-bit integer, a number where it is exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(63), (value, shift) => {
        const integer = value >> BigInt(shift);
        const reader = written((writer) => writer.int64(3, integer));
        assert.equal(reader.tag(), 0x18);
        const read = reader.int64();
        assert.equal(BigInt(read), integer);
        assert.equal(typeof read, Number.isSafeInteger(Number(integer)) ? 'number' : 'bigint');
        assert.equal(reader.more(), false);
      }),
      { numRuns: 500 },
    );
    for (const edge of [
      2n ** 53n,
      2n ** 53n - 1n,
      -(2n ** 53n),
      1n - 2n ** 53n,
      2n ** 31n,
      2n ** 32n,
      -1n,
      0n,
    ]) {
      const reader = written((writer) => writer.int64(1, edge));
      reader.tag();
      assert.equal(BigInt(reader.int64()), edge);
    }
  });

  it('agree on fixed-size numbers', () => {
    const reader = written((writer) => {
      writer.fixed64(1, 2n ** 64n - 1n);
      writer.fixed64(2, -5n);
      writer.fixed32(3, 0xffff_ffff);
      writer.double(4, -0.1);
      writer.bool(5, true);
      writer.uint(6, 2 ** 53);
    });
    assert.deepEqual([reader.tag(), reader.fixed64()], [0x09, 2n ** 64n - 1n]);
    assert.deepEqual([reader.tag(), reader.sfixed64()], [0x11, -5n]);
    assert.deepEqual([reader.tag(), reader.fixed32()], [0x1d, 0xffff_ffff]);
    assert.deepEqual([reader.tag(), reader.double()], [0x21, -0.1]);
    assert.deepEqual([reader.tag(), reader.bool()], [0x28, true]);
    assert.deepEqual([reader.tag(), reader.int64()], [0x30, 2n ** 53n]);
  });

  it('reads a varint that is zero in its lower 32 bits as true', () => {
    const reader = new ProtobufReader(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x01]));
    assert.equal(reader.bool(), true);
  });

  it('agree on strings of any length, and on messages around them', () => {
    for (const length of [0, 1, 41, 42, 43, 127, 128, 5000, 16_383, 16_384, 2_100_000]) {
      for (const letter of ['a', 'ü', '€']) {
        const text = letter.repeat(length);
        const reader = written((writer) => {
          const outer = writer.begin(1);
          const inner = writer.begin(2);
          writer.string(3, text);
          writer.end(inner);
          writer.end(outer);
          writer.string(4, 'after');
        });
        assert.equal(reader.tag(), 0x0a);
        const outer = reader.enter();
        assert.equal(reader.tag(), 0x12);
        const inner = reader.enter();
        assert.equal(reader.tag(), 0x1a);
        assert.equal(reader.string(), text);
        assert.equal(reader.more(), false);
        reader.leave(inner);
        reader.leave(outer);
        assert.deepEqual([reader.tag(), reader.string()], [0x22, 'after']);
      }
    }
  });

  it('forgets what was written before a reset', () => {
    const writer = new ProtobufWriter();
    writer.string(1, 'first');
    const first = writer.finish();
    writer.reset();
    writer.string(1, 'later');
    assert.equal(new ProtobufReader(first, 1).string(), 'first');
    assert.equal(new ProtobufReader(writer.finish(), 1).string(), 'later');
  });
});

describe('StringCache', () => {
  it('gives the string of the bytes, whatever came before, with few slots and many strings', () => {
    const cache = new StringCache(4);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 70 }), { maxLength: 60 }), (texts) => {
        for (const text of [...texts, ...texts]) {
          const bytes = Buffer.from(`xx${text}yy`) as unknown as SliceableBuffer;
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
          const length = bytes.length - 4;
          assert.equal(cache.read(bytes, view, 2, length), bytes.toString('utf8', 2, 2 + length));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives one string object for the same bytes in another buffer', () => {
    const cache = new StringCache();
    const read = (text: string): string => {
      const bytes = Buffer.from(text) as unknown as SliceableBuffer;
      return cache.read(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    };
    assert.equal(read('gen_ai.usage.input_tokens'), read('gen_ai.usage.input_tokens'));
    assert.notEqual(read('gen_ai.usage.input_tokens'), read('gen_ai.usage.input_tokenz'));
  });
});
