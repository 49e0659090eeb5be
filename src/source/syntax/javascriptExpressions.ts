import type { Argument, ClassNode, DictEntry, Expr, FunctionNode, Parameter, SourceFile } from './ast.ts';
import { bind, newCall, newClass, newFunction, unescape } from './builder.ts';
import { childOf, childOfType, childrenOf, type SyntaxNode } from './cst.ts';
import { Expressions } from './expressions.ts';

export type Path = readonly (string | number)[];

/** Reads expressions of a TypeScript or JavaScript file. */
export abstract class JavaScriptExpressions extends Expressions {
  protected readonly source: SourceFile;

  constructor(text: string, source: SourceFile) {
    super(text);
    this.source = source;
  }

  protected abstract block(node: SyntaxNode, scope: FunctionNode): void;

  protected abstract statement(node: SyntaxNode, scope: FunctionNode): void;

  /** An expression that a name is given to: functions and classes take it. */
  protected named(node: SyntaxNode | undefined, scope: FunctionNode, target: SyntaxNode | undefined): Expr {
    const name =
      target && (target.type === 'identifier' || target.type.includes('property')) ? this.slice(target) : '';
    return this.expression(node, scope, { name });
  }

  protected bindTo(target: SyntaxNode, value: Expr, scope: FunctionNode, path: Path): void {
    this.pattern(target, path, (name, where, fallback) => {
      const at = target.start;
      if (where.length === 0) bind(scope, name, { how: 'value', value, at }, this.until);
      else bind(scope, name, { how: 'part', value, path: where, at }, this.until);
      if (fallback)
        bind(scope, name, { how: 'value', value: this.expression(fallback, scope), at }, this.until);
    });
  }

  /** The names of a destructuring pattern, where each comes from, and its default. */
  protected pattern(
    node: SyntaxNode,
    path: Path,
    found: (name: string, path: Path, fallback?: SyntaxNode) => void,
  ): void {
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier_pattern':
        return found(this.slice(node), node.type === 'identifier' ? path : [...path, this.slice(node)]);
      case 'object_pattern':
        for (const child of node.children) {
          if (child.type === 'pair_pattern') {
            const key = childOf(child, 'key');
            const value = childOf(child, 'value');
            if (key && value) this.pattern(value, [...path, this.key(key)], found);
          } else if (child.type === 'object_assignment_pattern') {
            const left = childOf(child, 'left');
            const right = childOf(child, 'right');
            if (left) this.pattern(left, path, (name, where) => found(name, where, right));
          } else this.pattern(child, path, found);
        }
        return;
      case 'array_pattern':
        for (const [index, child] of node.children.entries()) this.pattern(child, [...path, index], found);
        return;
      case 'assignment_pattern': {
        const left = childOf(node, 'left');
        const right = childOf(node, 'right');
        if (left) this.pattern(left, path, (name, where) => found(name, where, right));
        return;
      }
      case 'lexical_declaration':
      case 'variable_declarator':
        for (const child of node.children) if (child.field !== 'value') this.pattern(child, path, found);
        return;
      default:
    }
  }

  protected key(node: SyntaxNode): string {
    return node.type === 'string' ? this.literal(node) : this.slice(node);
  }

  protected function(
    node: SyntaxNode,
    scope: FunctionNode,
    more: { name?: string; cls?: ClassNode; start?: number; decorators?: readonly Expr[] } = {},
  ): FunctionNode {
    const nameNode = childOf(node, 'name');
    const head = this.text.slice(node.start, node.start + 60);
    const own = nameNode ? this.slice(nameNode) : (more.name ?? '');
    const fn = newFunction({
      name: own === '' ? '<anonymous>' : own,
      start: more.start ?? node.start,
      end: node.end,
      parent: scope,
      cls: more.cls,
      isAsync: /^(?:(?:public|private|protected|static|override|readonly|export|default)\s+)*async\b/.test(
        head,
      ),
      isGenerator: node.type.startsWith('generator') || /^[\w\s]*\*/.test(head),
      isStatic: /^(?:(?:public|private|protected|override)\s+)*static\b/.test(head),
      decorators: more.decorators ?? [],
      params: this.parameters(childOf(node, 'parameters') ?? childOf(node, 'parameter'), scope),
    });
    const body = childOf(node, 'body');
    if (!body) return fn;
    if (body.type === 'statement_block') this.block(body, fn);
    else fn.returns.push(this.expression(body, fn));
    return fn;
  }

  protected parameters(node: SyntaxNode | undefined, scope: FunctionNode): Parameter[] {
    if (!node) return [];
    if (node.type === 'identifier') return [{ name: this.slice(node), index: 0 }];
    const params: Parameter[] = [];
    for (const [index, child] of node.children.entries()) {
      const wrapped = child.type === 'required_parameter' || child.type === 'optional_parameter';
      const target = wrapped ? childOf(child, 'pattern') : child;
      if (!target) continue;
      const value = wrapped ? childOf(child, 'value') : undefined;
      const type = wrapped ? childOf(child, 'type') : undefined;
      const rest = target.type === 'rest_pattern';
      const inner = rest ? target.children[0] : target;
      if (!inner) continue;
      this.pattern(inner, [], (name, path, fallback) => {
        const property = path[0];
        const defaultNode = fallback ?? (path.length === 0 ? value : undefined);
        params.push({
          name,
          index,
          ...(rest ? { rest: 'list' as const } : {}),
          ...(typeof property === 'string' ? { property } : {}),
          ...(defaultNode ? { defaultValue: this.expression(defaultNode, scope) } : {}),
          ...(type ? { type: this.slice(type).replace(/^:\s*/, '').slice(0, 100) } : {}),
        });
      });
    }
    return params;
  }

  protected class(node: SyntaxNode, scope: FunctionNode, given = ''): ClassNode {
    const nameNode = childOf(node, 'name');
    const heritage = childOfType(node, 'class_heritage');
    const bases = (heritage?.children ?? [])
      .filter(({ type }) => type !== 'implements_clause')
      .map((child) => this.expression(childOf(child, 'value') ?? child, scope));
    const decorators = childrenOf(node, 'decorator').map((one) => this.expression(one.children[0], scope));
    const cls = newClass(
      nameNode ? this.slice(nameNode) : given || '<anonymous>',
      scope,
      node,
      bases,
      decorators,
    );
    const body = childOf(node, 'body');
    let pending: Expr[] = [];
    for (const child of body?.children ?? []) {
      if (child.type === 'decorator') {
        pending.push(this.expression(child.children[0], scope));
      } else if (child.type === 'method_definition') {
        const fn = this.function(child, scope, { cls, decorators: pending });
        cls.methods.set(fn.name, fn);
        pending = [];
      } else if (child.type === 'public_field_definition') {
        const name = childOf(child, 'name');
        const value = childOf(child, 'value');
        if (name && value) this.field(cls, this.slice(name), value, scope);
        pending = [];
      } else if (child.type === 'class_static_block') this.block(child, scope);
    }
    return cls;
  }

  /** A field; one that holds a function is a method. */
  protected field(cls: ClassNode, name: string, value: SyntaxNode, scope: FunctionNode): void {
    if (value.type === 'arrow_function' || value.type === 'function_expression') {
      cls.methods.set(name, this.function(value, scope, { cls, name }));
    } else {
      cls.fields.set(name, this.expression(value, scope));
      cls.fieldOrder.push(name);
    }
  }

  protected override expression(
    node: SyntaxNode | undefined,
    scope: FunctionNode,
    more: { name?: string; awaited?: boolean } = {},
  ): Expr {
    if (!node) return { kind: 'other', children: [], start: 0, end: 0 };
    const { start, end } = node;
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
        return { kind: 'name', name: this.slice(node), start, end };
      case 'undefined':
      case 'null':
        return { kind: 'constant', value: null, start, end };
      case 'this':
      case 'super':
        return { kind: 'name', name: node.type, start, end };
      case 'member_expression':
        return this.member(node, scope, 'property');
      case 'subscript_expression': {
        const object = this.expression(childOf(node, 'object'), scope);
        return { kind: 'index', object, index: this.expression(childOf(node, 'index'), scope), start, end };
      }
      case 'call_expression':
      case 'new_expression': {
        const called = childOf(node, 'function') ?? childOf(node, 'constructor');
        const callee = this.expression(called, scope);
        const args = childOf(node, 'arguments');
        const isNew = node.type === 'new_expression';
        // A tagged template is a call with one text.
        const list: Argument[] =
          args?.type === 'template_string'
            ? [{ value: this.expression(args, scope) }]
            : this.arguments(args, scope);
        return newCall(scope, callee, list, node, { isNew, awaited: more.awaited ?? false });
      }
      case 'string':
        return { kind: 'string', parts: [this.literal(node)], start, end };
      case 'template_string': {
        const parts: (string | Expr)[] = [];
        for (const child of node.children) {
          if (child.type === 'template_substitution') parts.push(this.expression(child.children[0], scope));
          else parts.push(unescape(this.slice(child)));
        }
        return { kind: 'string', parts, start, end };
      }
      case 'number':
        return this.number(node);
      case 'true':
      case 'false':
        return { kind: 'constant', value: node.type === 'true', start, end };
      case 'array':
        return this.list(node, scope, 'spread_element', false);
      case 'object':
        return { kind: 'dict', entries: this.entries(node, scope), start, end };
      case 'arrow_function':
      case 'function_expression':
      case 'generator_function':
        return { kind: 'function', fn: this.function(node, scope, { name: more.name ?? '' }), start, end };
      case 'class':
        return { kind: 'function', fn: this.class(node, scope, more.name), start, end };
      case 'ternary_expression': {
        this.expression(childOf(node, 'condition'), scope);
        const options = [childOf(node, 'consequence'), childOf(node, 'alternative')];
        return { kind: 'choice', options: options.map((one) => this.expression(one, scope)), start, end };
      }
      case 'binary_expression':
        return this.binary(node, scope);
      case 'await_expression':
        return {
          kind: 'wrapper',
          value: this.expression(node.children[0], scope, { awaited: true }),
          start,
          end,
        };
      case 'parenthesized_expression':
      case 'non_null_expression':
      case 'as_expression':
      case 'satisfies_expression':
        return { kind: 'wrapper', value: this.expression(node.children[0], scope, more), start, end };
      case 'yield_expression':
        return this.yielded(node, scope);
      case 'assignment_expression':
        return this.assignment(node, scope);
      case 'augmented_assignment_expression': {
        const left = childOf(node, 'left');
        const value = this.expression(childOf(node, 'right'), scope);
        if (left?.type === 'identifier') bind(scope, this.slice(left), { how: 'add', value, at: start });
        return { kind: 'wrapper', value, start, end };
      }
      case 'function_declaration':
      case 'class_declaration':
      case 'lexical_declaration':
      case 'statement_block':
      case 'expression_statement':
      case 'return_statement':
        this.statement(node, scope);
        return { kind: 'other', children: [], start, end };
      case 'type_arguments':
      case 'type_annotation':
      case 'predefined_type':
      case 'regex':
      case 'property_identifier':
        return { kind: 'other', children: [], start, end };
      default:
        return this.other(node, scope);
    }
  }

  protected binary(node: SyntaxNode, scope: FunctionNode): Expr {
    const { start, end } = node;
    const { operator, ...sides } = this.sides(node, scope);
    if (operator === '+') return { kind: 'join', operator, ...sides, start, end };
    if (operator === '??' || operator === '||')
      return { kind: 'choice', options: [sides.left, sides.right], start, end };
    if (operator === '&&') return { kind: 'choice', options: [sides.right], start, end };
    return { kind: 'other', children: [sides.left, sides.right], start, end };
  }

  protected assignment(node: SyntaxNode, scope: FunctionNode): Expr {
    const { start, end } = node;
    const left = childOf(node, 'left');
    const target = left?.type === 'member_expression' ? childOf(left, 'property') : left;
    const value = this.named(childOf(node, 'right'), scope, target);
    if (!left) return { kind: 'wrapper', value, start, end };
    if (left.type === 'identifier' || left.type === 'object_pattern' || left.type === 'array_pattern')
      this.bindTo(left, value, scope, []);
    else if (left.type === 'parenthesized_expression' && left.children[0])
      this.bindTo(left.children[0], value, scope, []);
    else if (left.type === 'member_expression' && target) {
      const object = this.expression(childOf(left, 'object'), scope);
      if (!this.commonExport(object, this.slice(target), value, scope))
        assign(scope, object, this.slice(target), value);
    } else this.expression(left, scope);
    return { kind: 'wrapper', value, start, end };
  }

  /** `exports.x = …`, `module.exports = …`, `module.exports.x = …`. */
  protected commonExport(object: Expr, name: string, value: Expr, scope: FunctionNode): boolean {
    const { exports } = this.source;
    if (object.kind === 'name' && object.name === 'exports') {
      exports.set(name, { how: 'value', value, owner: scope });
      return true;
    }
    if (object.kind === 'name' && object.name === 'module' && name === 'exports') {
      exports.set('*', { how: 'value', value, owner: scope });
      return true;
    }
    if (
      object.kind === 'member' &&
      object.name === 'exports' &&
      object.object.kind === 'name' &&
      object.object.name === 'module'
    ) {
      exports.set(name, { how: 'value', value, owner: scope });
      return true;
    }
    return false;
  }

  protected entries(node: SyntaxNode, scope: FunctionNode): DictEntry[] {
    const entries: DictEntry[] = [];
    for (const child of node.children) {
      const { start, end } = child;
      if (child.type === 'pair') {
        const keyNode = childOf(child, 'key');
        if (!keyNode) continue;
        const isComputed = keyNode.type === 'computed_property_name';
        const key: Expr = isComputed
          ? this.expression(keyNode.children[0], scope)
          : { kind: 'string', parts: [this.key(keyNode)], start: keyNode.start, end: keyNode.end };
        entries.push({ key, value: this.named(childOf(child, 'value'), scope, keyNode), start, end });
      } else if (child.type === 'shorthand_property_identifier') {
        const key: Expr = { kind: 'string', parts: [this.slice(child)], start, end };
        entries.push({ key, value: this.expression(child, scope), start, end });
      } else if (child.type === 'spread_element') {
        entries.push({ key: undefined, value: this.expression(child.children[0], scope), start, end });
      } else if (child.type === 'method_definition') {
        const fn = this.function(child, scope);
        const key: Expr = { kind: 'string', parts: [fn.name], start, end };
        entries.push({ key, value: { kind: 'function', fn, start, end }, start, end });
      }
    }
    return entries;
  }

  protected arguments(node: SyntaxNode | undefined, scope: FunctionNode): Argument[] {
    return (node?.children ?? []).map((child): Argument => {
      if (child.type === 'spread_element')
        return { value: this.expression(child.children[0], scope), spread: 'list' };
      return { value: this.expression(child, scope) };
    });
  }

  /** The text of a string without holes. */
  protected literal(node: SyntaxNode): string {
    return unescape(this.text.slice(node.start + 1, Math.max(node.start + 1, node.end - 1)));
  }
}

/** `this.x = value` belongs to the class of the method, other assignments to their function. */
function assign(scope: FunctionNode, object: Expr, name: string, value: Expr): void {
  let method: FunctionNode | undefined = scope;
  while (method && !method.cls) method = method.parent;
  const assignment = { object, name, value, owner: scope };
  if (method?.cls && object.kind === 'name' && object.name === 'this')
    method.cls.assignments.push(assignment);
  else scope.assignments.push(assignment);
}
