import type {
  Argument,
  ClassNode,
  DictEntry,
  Expr,
  FunctionNode,
  Parameter,
  SourceFile,
  StringExpr,
} from './ast.ts';
import { bind, newCall, newClass, newFile, newFunction, unescape } from './builder.ts';
import { childOf, childOfType, type SyntaxNode } from './cst.ts';

/** Reads a Python file's tree. */
export function readPython(file: string, text: string, root: SyntaxNode): SourceFile {
  const source = newFile(file, 'python', text);
  new PythonReader(text).module(source.module, root);
  return source;
}

class PythonReader {
  readonly #text: string;
  /** End of the block that is being read. */
  #until = 0;

  constructor(text: string) {
    this.#text = text;
  }

  module(scope: FunctionNode, root: SyntaxNode): void {
    scope.doc = this.#docOf(root, scope);
    this.#block(root, scope, undefined);
  }

  #block(node: SyntaxNode, scope: FunctionNode, cls: ClassNode | undefined): void {
    const around = this.#until;
    if (node.type === 'block' || node.type === 'module') this.#until = node.end;
    for (const child of node.children) this.#statement(child, scope, cls);
    this.#until = around;
  }

  #statement(
    node: SyntaxNode,
    scope: FunctionNode,
    cls: ClassNode | undefined,
    decorators: readonly Expr[] = [],
  ): void {
    switch (node.type) {
      case 'expression_statement':
        for (const child of node.children) this.#statement(child, scope, cls);
        return;
      case 'assignment':
        return this.#assignment(node, scope, cls);
      case 'augmented_assignment': {
        const left = childOf(node, 'left');
        const value = this.#expression(childOf(node, 'right'), scope);
        if (left?.type === 'identifier')
          bind(scope, this.#slice(left), { how: 'add', value, at: node.start });
        return;
      }
      case 'decorated_definition': {
        const found = node.children
          .filter(({ type }) => type === 'decorator')
          .map((child) => this.#expression(child.children[0], scope));
        const definition = childOf(node, 'definition');
        if (definition) this.#statement(definition, scope, cls, found);
        return;
      }
      case 'function_definition':
        return this.#functionDefinition(node, scope, cls, decorators);
      case 'class_definition':
        return this.#classDefinition(node, scope, decorators);
      case 'import_statement':
        for (const child of node.children) this.#import(child, scope, undefined);
        return;
      case 'import_from_statement': {
        const module = childOf(node, 'module_name');
        const name = module ? this.#slice(module).replaceAll(' ', '') : '';
        for (const child of node.children) {
          if (child.field === 'name') this.#import(child, scope, name);
          else if (child.type === 'wildcard_import') scope.file.stars.push(name);
        }
        return;
      }
      case 'with_statement': {
        const body = childOf(node, 'body');
        const clause = childOfType(node, 'with_clause');
        for (const item of clause?.children ?? []) this.#withItem(item, scope, body);
        if (body) this.#block(body, scope, cls);
        return;
      }
      case 'for_statement': {
        const left = childOf(node, 'left');
        const value = this.#expression(childOf(node, 'right'), scope);
        if (left) this.#bindElements(left, value, scope, []);
        const body = childOf(node, 'body');
        if (body) this.#block(body, scope, cls);
        const rest = childOf(node, 'alternative');
        if (rest) this.#block(rest, scope, cls);
        return;
      }
      case 'return_statement':
        for (const child of node.children) scope.returns.push(this.#expression(child, scope));
        return;
      case 'type_alias_statement':
      case 'global_statement':
      case 'nonlocal_statement':
        return;
      default:
        if (isStatement(node.type)) this.#block(node, scope, cls);
        else this.#expression(node, scope);
    }
  }

  #assignment(node: SyntaxNode, scope: FunctionNode, cls: ClassNode | undefined): void {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (!left) return;
    if (!right) {
      if (cls && left.type === 'identifier') cls.fieldOrder.push(this.#slice(left));
      return;
    }
    // `a = b = value`
    let last = right;
    const targets = [left];
    while (last.type === 'assignment') {
      const target = childOf(last, 'left');
      const next = childOf(last, 'right');
      if (!target || !next) return;
      targets.push(target);
      last = next;
    }
    const value = this.#expression(last, scope);
    for (const target of targets) this.#bindTo(target, value, scope, cls, []);
  }

  #bindTo(
    target: SyntaxNode,
    value: Expr,
    scope: FunctionNode,
    cls: ClassNode | undefined,
    path: readonly (string | number)[],
  ): void {
    const at = target.start;
    if (target.type === 'identifier') {
      const name = this.#slice(target);
      if (cls) {
        cls.fields.set(name, value);
        cls.fieldOrder.push(name);
      } else if (path.length === 0) bind(scope, name, { how: 'value', value, at }, this.#until);
      else bind(scope, name, { how: 'part', value, path, at }, this.#until);
    } else if (target.type === 'attribute' && path.length === 0) {
      const object = this.#expression(childOf(target, 'object'), scope);
      const attribute = childOf(target, 'attribute');
      if (attribute) assign(scope, object, this.#slice(attribute), value);
    } else if (isTuple(target.type)) {
      for (const [index, child] of target.children.entries())
        this.#bindTo(child, value, scope, cls, [...path, index]);
    } else this.#expression(target, scope);
  }

  #bindElements(
    target: SyntaxNode,
    value: Expr,
    scope: FunctionNode,
    path: readonly (string | number)[],
  ): void {
    if (target.type === 'identifier')
      bind(scope, this.#slice(target), { how: 'element', value, path, at: target.start });
    else if (isTuple(target.type))
      for (const [index, child] of target.children.entries())
        this.#bindElements(child, value, scope, [...path, index]);
  }

  #withItem(item: SyntaxNode, scope: FunctionNode, body: SyntaxNode | undefined): void {
    const inner = childOf(item, 'value') ?? item.children[0];
    if (!inner) return;
    const pattern = inner.type === 'as_pattern' ? inner : undefined;
    const value = this.#expression(pattern ? pattern.children[0] : inner, scope);
    scope.blocks.push({ value, start: item.start, end: body?.end ?? item.end });
    const alias = pattern && childOf(pattern, 'alias');
    const target = alias?.children[0];
    if (target) this.#bindTo(target, value, scope, undefined, []);
  }

  #import(node: SyntaxNode, scope: FunctionNode, module: string | undefined): void {
    const named = node.type === 'aliased_import' ? childOf(node, 'name') : node;
    const alias = node.type === 'aliased_import' ? childOf(node, 'alias') : undefined;
    if (!named || named.type !== 'dotted_name') return;
    const name = this.#slice(named);
    const at = node.start;
    if (module !== undefined)
      bind(scope, alias ? this.#slice(alias) : name, { how: 'import', module, name, at });
    else if (alias) bind(scope, this.#slice(alias), { how: 'import', module: name, name: undefined, at });
    // `import a.b` binds `a`; what follows is reached by attributes.
    else
      bind(scope, name.split('.')[0] ?? name, {
        how: 'import',
        module: name.split('.')[0] ?? name,
        name: undefined,
        at,
      });
  }

  #functionDefinition(
    node: SyntaxNode,
    scope: FunctionNode,
    cls: ClassNode | undefined,
    decorators: readonly Expr[],
  ): void {
    const nameNode = childOf(node, 'name');
    const name = nameNode ? this.#slice(nameNode) : '<anonymous>';
    const fn = newFunction({
      name,
      start: node.start,
      end: node.end,
      parent: scope,
      cls,
      isAsync: this.#text.startsWith('async', node.start),
      isStatic: decorators.some((one) => one.kind === 'name' && one.name === 'staticmethod'),
      decorators,
      params: this.#parameters(childOf(node, 'parameters'), scope),
    });
    if (cls) cls.methods.set(name, fn);
    else bind(scope, name, { how: 'function', fn, at: node.start });
    const body = childOf(node, 'body');
    if (!body) return;
    fn.doc = this.#docOf(body, fn);
    this.#block(body, fn, undefined);
  }

  #classDefinition(node: SyntaxNode, scope: FunctionNode, decorators: readonly Expr[]): void {
    const nameNode = childOf(node, 'name');
    const name = nameNode ? this.#slice(nameNode) : '<anonymous>';
    const bases = (childOf(node, 'superclasses')?.children ?? [])
      .filter(({ type }) => type !== 'keyword_argument')
      .map((child) => this.#expression(child, scope));
    const cls = newClass(name, scope, node, bases, decorators);
    bind(scope, name, { how: 'class', cls, at: node.start });
    const body = childOf(node, 'body');
    if (!body) return;
    cls.doc = this.#docOf(body, scope);
    this.#block(body, scope, cls);
  }

  #docOf(body: SyntaxNode, scope: FunctionNode): StringExpr | undefined {
    const first = body.children[0];
    const only = first?.type === 'expression_statement' ? first.children[0] : undefined;
    if (only?.type !== 'string') return undefined;
    const doc = this.#string(only, scope);
    return doc.kind === 'string' ? doc : undefined;
  }

  #parameters(node: SyntaxNode | undefined, scope: FunctionNode): Parameter[] {
    const params: Parameter[] = [];
    let keywordOnly = false;
    let index = 0;
    for (const child of node?.children ?? []) {
      if (child.type === 'keyword_separator') {
        keywordOnly = true;
        continue;
      }
      const base = childOf(child, 'name') ?? (child.type === 'typed_parameter' ? child.children[0] : child);
      if (!base) continue;
      const rest =
        base.type === 'list_splat_pattern'
          ? 'list'
          : base.type === 'dictionary_splat_pattern'
            ? 'dict'
            : undefined;
      const nameNode = rest ? base.children[0] : base;
      if (nameNode?.type !== 'identifier') continue;
      const value = childOf(child, 'value');
      const type = childOf(child, 'type');
      params.push({
        name: this.#slice(nameNode),
        index,
        ...(rest ? { rest } : {}),
        ...(value ? { defaultValue: this.#expression(value, scope) } : {}),
        ...(type ? { type: this.#slice(type).slice(0, 100) } : {}),
        ...(keywordOnly ? { keywordOnly } : {}),
      });
      if (rest === 'list') keywordOnly = true;
      index++;
    }
    return params;
  }

  #expression(node: SyntaxNode | undefined, scope: FunctionNode, awaited = false): Expr {
    if (!node) return { kind: 'other', children: [], start: 0, end: 0 };
    const { start, end } = node;
    switch (node.type) {
      case 'identifier':
        return { kind: 'name', name: this.#slice(node), start, end };
      case 'attribute': {
        const object = this.#expression(childOf(node, 'object'), scope);
        const name = childOf(node, 'attribute');
        return {
          kind: 'member',
          object,
          name: name ? this.#slice(name) : '',
          nameStart: name?.start ?? end,
          start,
          end,
        };
      }
      case 'subscript': {
        const object = this.#expression(childOf(node, 'value'), scope);
        return {
          kind: 'index',
          object,
          index: this.#expression(childOf(node, 'subscript'), scope),
          start,
          end,
        };
      }
      case 'call': {
        const callee = this.#expression(childOf(node, 'function'), scope);
        return newCall(scope, callee, this.#arguments(childOf(node, 'arguments'), scope), node, { awaited });
      }
      case 'string':
        return this.#string(node, scope);
      case 'concatenated_string': {
        const parts: (string | Expr)[] = [];
        for (const child of node.children) {
          const one = this.#string(child, scope);
          if (one.kind === 'string') parts.push(...one.parts);
        }
        return { kind: 'string', parts, start, end };
      }
      case 'integer':
      case 'float': {
        const value = Number(this.#slice(node).replaceAll('_', ''));
        return { kind: 'number', value, start, end };
      }
      case 'true':
      case 'false':
        return { kind: 'constant', value: node.type === 'true', start, end };
      case 'none':
        return { kind: 'constant', value: null, start, end };
      case 'list':
      case 'tuple':
      case 'set':
      case 'expression_list':
        return {
          kind: 'list',
          items: node.children.map((child) =>
            child.type === 'list_splat'
              ? { value: this.#expression(child.children[0], scope), spread: true }
              : { value: this.#expression(child, scope), spread: false },
          ),
          isTuple: node.type === 'tuple' || node.type === 'expression_list',
          start,
          end,
        };
      case 'dictionary':
        return { kind: 'dict', entries: this.#entries(node, scope), start, end };
      case 'lambda': {
        const fn = newFunction({
          name: '<anonymous>',
          start,
          end,
          parent: scope,
          params: this.#parameters(childOf(node, 'parameters'), scope),
        });
        fn.returns.push(this.#expression(childOf(node, 'body'), fn));
        return { kind: 'function', fn, start, end };
      }
      case 'conditional_expression': {
        const [first, test, last] = node.children;
        this.#expression(test, scope);
        return {
          kind: 'choice',
          options: [this.#expression(first, scope), this.#expression(last, scope)],
          start,
          end,
        };
      }
      case 'boolean_operator': {
        const options = [
          this.#expression(childOf(node, 'left'), scope),
          this.#expression(childOf(node, 'right'), scope),
        ];
        return { kind: 'choice', options, start, end };
      }
      case 'binary_operator': {
        const left = childOf(node, 'left');
        const right = childOf(node, 'right');
        const operator = left && right ? this.#text.slice(left.end, right.start).trim() : '';
        const sides = { left: this.#expression(left, scope), right: this.#expression(right, scope) };
        if (operator === '+' || operator === '|' || operator === '%')
          return { kind: 'join', operator, ...sides, start, end };
        return { kind: 'other', children: [sides.left, sides.right], start, end };
      }
      case 'await':
        return { kind: 'wrapper', value: this.#expression(node.children[0], scope, true), start, end };
      case 'parenthesized_expression':
        return { kind: 'wrapper', value: this.#expression(node.children[0], scope, awaited), start, end };
      case 'yield': {
        const value = this.#expression(node.children[0], scope);
        scope.returns.push(value);
        return { kind: 'wrapper', value, start, end };
      }
      case 'named_expression': {
        const name = childOf(node, 'name');
        const value = this.#expression(childOf(node, 'value'), scope);
        if (name) bind(scope, this.#slice(name), { how: 'value', value, at: start }, this.#until);
        return { kind: 'wrapper', value, start, end };
      }
      case 'list_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension':
        return this.#comprehension(node, scope);
      case 'type':
        return { kind: 'other', children: [], start, end };
      default:
        return {
          kind: 'other',
          children: node.children.map((child) => this.#expression(child, scope)),
          start,
          end,
        };
    }
  }

  #comprehension(node: SyntaxNode, scope: FunctionNode): Expr {
    for (const clause of node.children) {
      if (clause.type !== 'for_in_clause') continue;
      const left = childOf(clause, 'left');
      const value = this.#expression(childOf(clause, 'right'), scope);
      if (left) this.#bindElements(left, value, scope, []);
    }
    for (const clause of node.children)
      if (clause.type === 'if_clause') this.#expression(clause.children[0], scope);
    const body = childOf(node, 'body');
    const element =
      body?.type === 'pair' ? this.#expression(childOf(body, 'value'), scope) : this.#expression(body, scope);
    if (body?.type === 'pair') this.#expression(childOf(body, 'key'), scope);
    return { kind: 'comprehension', element, start: node.start, end: node.end };
  }

  #entries(node: SyntaxNode, scope: FunctionNode): DictEntry[] {
    const entries: DictEntry[] = [];
    for (const child of node.children) {
      const { start, end } = child;
      if (child.type === 'pair') {
        const key = this.#expression(childOf(child, 'key'), scope);
        entries.push({ key, value: this.#expression(childOf(child, 'value'), scope), start, end });
      } else if (child.type === 'dictionary_splat')
        entries.push({ key: undefined, value: this.#expression(child.children[0], scope), start, end });
    }
    return entries;
  }

  #arguments(node: SyntaxNode | undefined, scope: FunctionNode): Argument[] {
    if (!node) return [];
    if (node.type === 'generator_expression') return [{ value: this.#expression(node, scope) }];
    return node.children.map((child): Argument => {
      if (child.type === 'keyword_argument') {
        const name = childOf(child, 'name');
        return {
          name: name ? this.#slice(name) : '',
          value: this.#expression(childOf(child, 'value'), scope),
        };
      }
      if (child.type === 'list_splat' || child.type === 'dictionary_splat')
        return {
          value: this.#expression(child.children[0], scope),
          spread: child.type === 'list_splat' ? 'list' : 'dict',
        };
      return { value: this.#expression(child, scope) };
    });
  }

  #string(node: SyntaxNode, scope: FunctionNode): Expr {
    const parts: (string | Expr)[] = [];
    const open = node.children[0];
    const prefix = open?.type === 'string_start' ? this.#slice(open).toLowerCase() : '';
    const isRaw = prefix.includes('r');
    const isFormat = prefix.includes('f') || prefix.includes('t');
    for (const child of node.children) {
      if (child.type === 'string_content') {
        const raw = this.#slice(child);
        const text = isRaw ? raw : unescape(raw);
        parts.push(isFormat ? text.replaceAll('{{', '{').replaceAll('}}', '}') : text);
      } else if (child.type === 'interpolation')
        parts.push(this.#expression(childOf(child, 'expression') ?? child.children[0], scope));
    }
    return { kind: 'string', parts, start: node.start, end: node.end };
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.start, node.end);
  }
}

/** `self.x = value` belongs to the class of the method, other assignments to their function. */
function assign(scope: FunctionNode, object: Expr, name: string, value: Expr): void {
  let method: FunctionNode | undefined = scope;
  while (method && !method.cls) method = method.parent;
  const assignment = { object, name, value, owner: scope };
  const first = method?.params[0]?.name;
  if (method?.cls && object.kind === 'name' && object.name === first) method.cls.assignments.push(assignment);
  else scope.assignments.push(assignment);
}

function isTuple(type: string): boolean {
  return type === 'pattern_list' || type === 'tuple_pattern' || type === 'list_pattern' || type === 'tuple';
}

function isStatement(type: string): boolean {
  return (
    type.endsWith('_statement') ||
    type.endsWith('_clause') ||
    type === 'block' ||
    type === 'ERROR' ||
    type === 'module'
  );
}
