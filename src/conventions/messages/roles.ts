/**
 * Normalises a role to `system`, `user`, `assistant` or `tool`; another word is kept as the emitter wrote it.
 * Understands Python enums (`MessageRole.USER`, `<Role.USER: 'user'>`) and LangChain's class names.
 */
export function normaliseRole(raw: string): string {
  const known = roles.get(raw);
  if (known !== undefined) return known;
  const trimmed = raw.trim().slice(0, 100);
  const quoted = /^<[^']{0,80}'([^']{0,80})'>$/.exec(trimmed)?.[1];
  const word = (quoted ?? trimmed.slice(trimmed.lastIndexOf('.') + 1)).toLowerCase();
  return roles.get(word) ?? trimmed;
}

/** The role that a class or discriminator word such as `AIMessageChunk` or `human` stands for, if it is one. */
export function roleOfType(type: string): string | undefined {
  const exact = typeRoles.get(type.toLowerCase().replace(/(?:message)?(?:chunk)?$/, ''));
  return exact ?? typeRoles.get(type.toLowerCase());
}

const roles = new Map<string, string>();
for (const [role, words] of [
  ['system', 'system developer'],
  ['user', 'user human'],
  ['assistant', 'assistant model ai bot chatbot tool-call tool_call'],
  ['tool', 'tool function tool-response tool_response tool_result environment ipython'],
] as const) {
  for (const word of words.split(' ')) roles.set(word, role);
}

const typeRoles = new Map<string, string>([
  ['human', 'user'],
  ['user', 'user'],
  ['ai', 'assistant'],
  ['assistant', 'assistant'],
  ['system', 'system'],
  ['developer', 'system'],
  ['tool', 'tool'],
  ['function', 'tool'],
  ['functionexecutionresult', 'tool'],
]);
