/** Why a request cannot be read. `malformed`: the bytes or text break the format; `too-deep`: nested beyond our cap. */
export type OtlpErrorCode = 'malformed' | 'too-deep';

/** Thrown by everything in this room that reads received data; the message is fit to send back to the client. */
export class OtlpError extends Error {
  readonly code: OtlpErrorCode;
  constructor(code: OtlpErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'OtlpError';
    this.code = code;
  }
}

/** `offset` is a byte offset from the start of the bytes that were given to the reader. */
export function malformed(what: string, offset: number): OtlpError {
  return new OtlpError('malformed', `malformed protobuf at byte ${offset}: ${what}`);
}

export function tooDeep(what: string, offset: number): OtlpError {
  return new OtlpError('too-deep', `${what} nested too deep at byte ${offset}`);
}
