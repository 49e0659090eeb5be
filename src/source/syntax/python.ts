import type { ClassNode, Expr, FunctionNode, SourceFile, StringExpr } from './ast.ts';
import { bind, newClass, newFile, newFunction } from './builder.ts';
import { childOf, childOfType, type SyntaxNode } from './cst.ts';

import { isTuple, PythonExpressions } from './pythonExpressions.ts';
/** Reads a Python file's tree. */
export function readPython(file: string, text: string, root: SyntaxNode): SourceFile {
  const source = newFile(file, 'python', text);
  new PythonReader(text).module(source.module, root);
  return source;
}

class PythonReader extends PythonExpressions {
  module(scope: FunctionNode, root: SyntaxNode): void {
    scope.doc = this.#docOf(root, scope);
    this.#block(root, scope, undefined);
  }

  #block(node: SyntaxNode, scope: FunctionNode, cls: ClassNode | undefined): void {
    const around = this.until;
    if (node.type === 'block' || node.type === 'module') this.until = node.end;
    for (const child of node.children) this.#statement(child, scope, cls);
    this.until = around;
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
        const value = this.expression(childOf(node, 'right'), scope);
        if (left?.type === 'identifier') bind(scope, this.slice(left), { how: 'add', value, at: node.start });
        return;
      }
      case 'decorated_definition': {
        const found = node.children
          .filter(({ type }) => type === 'decorator')
          .map((child) => this.expression(child.children[0], scope));
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
        const name = module ? this.slice(module).replaceAll(' ', '') : '';
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
        const value = this.expression(childOf(node, 'right'), scope);
        if (left) this.bindElements(left, value, scope, []);
        const body = childOf(node, 'body');
        if (body) this.#block(body, scope, cls);
        const rest = childOf(node, 'alternative');
        if (rest) this.#block(rest, scope, cls);
        return;
      }
      case 'return_statement':
        for (const child of node.children) scope.returns.push(this.expression(child, scope));
        return;
      case 'type_alias_statement':
      case 'global_statement':
      case 'nonlocal_statement':
        return;
      default:
        if (isStatement(node.type)) this.#block(node, scope, cls);
        else this.expression(node, scope);
    }
  }

  #assignment(node: SyntaxNode, scope: FunctionNode, cls: ClassNode | undefined): void {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (!left) return;
    if (!right) {
      if (cls && left.type === 'identifier') cls.fieldOrder.push(this.slice(left));
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
    const value = this.expression(last, scope);
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
      const name = this.slice(target);
      if (cls) {
        cls.fields.set(name, value);
        cls.fieldOrder.push(name);
      } else if (path.length === 0) bind(scope, name, { how: 'value', value, at }, this.until);
      else bind(scope, name, { how: 'part', value, path, at }, this.until);
    } else if (target.type === 'attribute' && path.length === 0) {
      const object = this.expression(childOf(target, 'object'), scope);
      const attribute = childOf(target, 'attribute');
      if (attribute) assign(scope, object, this.slice(attribute), value);
    } else if (isTuple(target.type)) {
      for (const [index, child] of target.children.entries())
        this.#bindTo(child, value, scope, cls, [...path, index]);
    } else this.expression(target, scope);
  }

  #withItem(item: SyntaxNode, scope: FunctionNode, body: SyntaxNode | undefined): void {
    const inner = childOf(item, 'value') ?? item.children[0];
    if (!inner) return;
    const pattern = inner.type === 'as_pattern' ? inner : undefined;
    const value = this.expression(pattern ? pattern.children[0] : inner, scope);
    scope.blocks.push({ value, start: item.start, end: body?.end ?? item.end });
    const alias = pattern && childOf(pattern, 'alias');
    const target = alias?.children[0];
    if (target) this.#bindTo(target, value, scope, undefined, []);
  }

  #import(node: SyntaxNode, scope: FunctionNode, module: string | undefined): void {
    const named = node.type === 'aliased_import' ? childOf(node, 'name') : node;
    const alias = node.type === 'aliased_import' ? childOf(node, 'alias') : undefined;
    if (!named || named.type !== 'dotted_name') return;
    const name = this.slice(named);
    const at = node.start;
    if (module !== undefined)
      bind(scope, alias ? this.slice(alias) : name, { how: 'import', module, name, at });
    else if (alias) bind(scope, this.slice(alias), { how: 'import', module: name, name: undefined, at });
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
    const name = nameNode ? this.slice(nameNode) : '<anonymous>';
    const fn = newFunction({
      name,
      start: node.start,
      end: node.end,
      parent: scope,
      cls,
      isAsync: this.text.startsWith('async', node.start),
      isStatic: decorators.some((one) => one.kind === 'name' && one.name === 'staticmethod'),
      decorators,
      params: this.parameters(childOf(node, 'parameters'), scope),
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
    const name = nameNode ? this.slice(nameNode) : '<anonymous>';
    const bases = (childOf(node, 'superclasses')?.children ?? [])
      .filter(({ type }) => type !== 'keyword_argument')
      .map((child) => this.expression(child, scope));
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
    const doc = this.string(only, scope);
    return doc.kind === 'string' ? doc : undefined;
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

function isStatement(type: string): boolean {
  return (
    type.endsWith('_statement') ||
    type.endsWith('_clause') ||
    type === 'block' ||
    type === 'ERROR' ||
    type === 'module'
  );
}
