/** What an attribute of an unknown convention means, in the user's words; checked by the conventions. */
export interface UserMapping {
  readonly attribute: string;
  /** One of the conventions' fields. */
  readonly field: string;
}
