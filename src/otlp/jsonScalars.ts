/** Reads the scalars of proto3's JSON mapping as OTLP uses it. Each throws `JsonValueError` with what was expected. */

/** Says what is wrong with a value; the caller knows where. */
export class JsonValueError extends Error {}

const decimal = /^-?[0-9]{1,20}$/;
const exactNumber = /^[-0-9.eE+]{1,40}$/;
const hexDigits = /^[0-9a-fA-F]*$/;
const base64Digits = /^[0-9a-zA-Z+/_-]*={0,2}$/;

export function readString(value: unknown): string {
  if (typeof value !== 'string') throw new JsonValueError('expected a string');
  return value;
}

export function readBool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new JsonValueError('expected true or false');
  return value;
}

/** An integer as string or number, between `lowest` and `highest`; a number where that is exact. */
export function readInteger(value: unknown, lowest: bigint, highest: bigint): number | bigint {
  const integer = toInteger(value);
  if (integer === undefined) throw new JsonValueError('expected an integer');
  if (integer < lowest || integer > highest)
    throw new JsonValueError(`integer out of range ${lowest} to ${highest}`);
  return integer;
}

function toInteger(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value;
    return Number.isInteger(value) ? BigInt(value) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (decimal.test(value)) return value.length <= 15 ? Number(value) : BigInt(value);
  // `1e3` and `5.0` are integers too, in proto3's mapping.
  const number = exactNumber.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A number, a number as string, or `NaN`, `Infinity`, `-Infinity`. */
export function readDouble(value: unknown): number {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new JsonValueError('number out of range');
    return value;
  }
  if (typeof value !== 'string') throw new JsonValueError('expected a number');
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  const number = /^[-0-9.eE+]{1,400}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw new JsonValueError('expected a number');
  return number;
}

/** An enum's number, or one of its names. */
export function readEnum(value: unknown, names: readonly string[]): number {
  if (typeof value === 'string' && !decimal.test(value)) {
    const number = names.indexOf(value);
    if (number === -1) throw new JsonValueError('unknown enum value');
    return number;
  }
  return Number(readInteger(value, -0x8000_0000n, 0x7fff_ffffn));
}

/** Base64, standard or URL-safe, padded or not. */
export function readBase64(value: unknown): Uint8Array {
  const text = readString(value);
  if (!base64Digits.test(text)) throw new JsonValueError('expected base64');
  return Buffer.from(text, 'base64');
}

/**
 * An id of `size` bytes: hex as OTLP says, or base64 as plain proto3 JSON says. Hex of another length is read as it
 * is, so that the record is rejected alone and not with its request.
 */
export function readId(value: unknown, size: number): Uint8Array {
  const text = readString(value);
  const isHex = hexDigits.test(text);
  if (isHex && text.length === size * 2) return Buffer.from(text, 'hex');
  if (base64Digits.test(text)) {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length === size) return bytes;
  }
  if (isHex && text.length % 2 === 0) return Buffer.from(text, 'hex');
  throw new JsonValueError(`expected ${size * 2} hex digits`);
}
