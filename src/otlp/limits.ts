/** How many AnyValues may lie within each other; the outermost counts as 1. Keeps every reader's recursion shallow. */
export const maxValueDepth = 64;

/** How many protobuf groups (wire types 3 and 4, never used by OTLP) may lie within each other in unknown fields. */
export const maxGroupDepth = 64;

/** Brackets within each other in JSON text: enough for `maxValueDepth` key-value lists, at 4 brackets each. */
export const maxJsonDepth = 400;

/**
 * Objects and arrays in one JSON text: `{}` takes 2 bytes there and 56 in memory. Requests of 64 MiB that say
 * something have about 2 million.
 */
export const maxJsonContainers = 3_000_000;

/**
 * Attributes, array elements, events and links that are decoded per record, so that a few bytes on the wire cannot
 * become gigabytes of objects. What lies beyond is counted as dropped; the journal keeps it.
 */
export const maxValuesPerRecord = 131_072;
