import type { Argument, DictEntry, Expr, FunctionNode, Parameter } from './ast.ts';
import { bind, newCall, newFunction, unescape } from './builder.ts';
import { childOf, type SyntaxNode } from './cst.ts';
import { Expressions } from './expressions.ts';

/** Reads expressions of a Python file. */
export class PythonExpressions extends Expressions {
  protected bindElements(
    target: SyntaxNode,
    value: Expr,
    scope: FunctionNode,
    path: readonly (string | number)[],
  ): void {
    if (target.type === 'identifier')
      bind(scope, this.slice(target), { how: 'element', value, path, at: target.start });
    else if (isTuple(target.type))
      for (const [index, child] of target.children.entries())
        this.bindElements(child, value, scope, [...path, index]);
  }

  protected parameters(node: SyntaxNode | undefined, scope: FunctionNode): Parameter[] {
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
        name: this.slice(nameNode),
        index,
        ...(rest ? { rest } : {}),
        ...(value ? { defaultValue: this.expression(value, scope) } : {}),
        ...(type ? { type: this.slice(type).slice(0, 100) } : {}),
        ...(keywordOnly ? { keywordOnly } : {}),
      });
      if (rest === 'list') keywordOnly = true;
      index++;
    }
    return params;
  }

  protected override expression(node: SyntaxNode | undefined, scope: FunctionNode, awaited = false): Expr {
    if (!node) return { kind: 'other', children: [], start: 0, end: 0 };
    const { start, end } = node;
    switch (node.type) {
      case 'identifier':
        return { kind: 'name', name: this.slice(node), start, end };
      case 'attribute':
        return this.member(node, scope, 'attribute');
      case 'subscript': {
        const object = this.expression(childOf(node, 'value'), scope);
        return {
          kind: 'index',
          object,
          index: this.expression(childOf(node, 'subscript'), scope),
          start,
          end,
        };
      }
      case 'call': {
        const callee = this.expression(childOf(node, 'function'), scope);
        return newCall(scope, callee, this.arguments(childOf(node, 'arguments'), scope), node, { awaited });
      }
      case 'string':
        return this.string(node, scope);
      case 'concatenated_string': {
        const parts: (string | Expr)[] = [];
        for (const child of node.children) {
          const one = this.string(child, scope);
          if (one.kind === 'string') parts.push(...one.parts);
        }
        return { kind: 'string', parts, start, end };
      }
      case 'integer':
      case 'float':
        return this.number(node);
      case 'true':
      case 'false':
        return { kind: 'constant', value: node.type === 'true', start, end };
      case 'none':
        return { kind: 'constant', value: null, start, end };
      case 'list':
      case 'tuple':
      case 'set':
      case 'expression_list':
        return this.list(node, scope, 'list_splat', node.type === 'tuple' || node.type === 'expression_list');
      case 'dictionary':
        return { kind: 'dict', entries: this.entries(node, scope), start, end };
      case 'lambda': {
        const fn = newFunction({
          name: '<anonymous>',
          start,
          end,
          parent: scope,
          params: this.parameters(childOf(node, 'parameters'), scope),
        });
        fn.returns.push(this.expression(childOf(node, 'body'), fn));
        return { kind: 'function', fn, start, end };
      }
      case 'conditional_expression': {
        const [first, test, last] = node.children;
        this.expression(test, scope);
        return {
          kind: 'choice',
          options: [this.expression(first, scope), this.expression(last, scope)],
          start,
          end,
        };
      }
      case 'boolean_operator': {
        const options = [
          this.expression(childOf(node, 'left'), scope),
          this.expression(childOf(node, 'right'), scope),
        ];
        return { kind: 'choice', options, start, end };
      }
      case 'binary_operator': {
        const { operator, ...sides } = this.sides(node, scope);
        if (operator === '+' || operator === '|' || operator === '%')
          return { kind: 'join', operator, ...sides, start, end };
        return { kind: 'other', children: [sides.left, sides.right], start, end };
      }
      case 'await':
        return { kind: 'wrapper', value: this.expression(node.children[0], scope, true), start, end };
      case 'parenthesized_expression':
        return { kind: 'wrapper', value: this.expression(node.children[0], scope, awaited), start, end };
      case 'yield':
        return this.yielded(node, scope);
      case 'named_expression': {
        const name = childOf(node, 'name');
        const value = this.expression(childOf(node, 'value'), scope);
        if (name) bind(scope, this.slice(name), { how: 'value', value, at: start }, this.until);
        return { kind: 'wrapper', value, start, end };
      }
      case 'list_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension':
        return this.comprehension(node, scope);
      case 'type':
        return { kind: 'other', children: [], start, end };
      default:
        return this.other(node, scope);
    }
  }

  protected comprehension(node: SyntaxNode, scope: FunctionNode): Expr {
    for (const clause of node.children) {
      if (clause.type !== 'for_in_clause') continue;
      const left = childOf(clause, 'left');
      const value = this.expression(childOf(clause, 'right'), scope);
      if (left) this.bindElements(left, value, scope, []);
    }
    for (const clause of node.children)
      if (clause.type === 'if_clause') this.expression(clause.children[0], scope);
    const body = childOf(node, 'body');
    const element =
      body?.type === 'pair' ? this.expression(childOf(body, 'value'), scope) : this.expression(body, scope);
    if (body?.type === 'pair') this.expression(childOf(body, 'key'), scope);
    return { kind: 'comprehension', element, start: node.start, end: node.end };
  }

  protected entries(node: SyntaxNode, scope: FunctionNode): DictEntry[] {
    const entries: DictEntry[] = [];
    for (const child of node.children) {
      const { start, end } = child;
      if (child.type === 'pair') {
        const key = this.expression(childOf(child, 'key'), scope);
        entries.push({ key, value: this.expression(childOf(child, 'value'), scope), start, end });
      } else if (child.type === 'dictionary_splat')
        entries.push({ key: undefined, value: this.expression(child.children[0], scope), start, end });
    }
    return entries;
  }

  protected arguments(node: SyntaxNode | undefined, scope: FunctionNode): Argument[] {
    if (!node) return [];
    if (node.type === 'generator_expression') return [{ value: this.expression(node, scope) }];
    return node.children.map((child): Argument => {
      if (child.type === 'keyword_argument') {
        const name = childOf(child, 'name');
        return {
          name: name ? this.slice(name) : '',
          value: this.expression(childOf(child, 'value'), scope),
        };
      }
      if (child.type === 'list_splat' || child.type === 'dictionary_splat')
        return {
          value: this.expression(child.children[0], scope),
          spread: child.type === 'list_splat' ? 'list' : 'dict',
        };
      return { value: this.expression(child, scope) };
    });
  }

  protected string(node: SyntaxNode, scope: FunctionNode): Expr {
    const parts: (string | Expr)[] = [];
    const open = node.children[0];
    const prefix = open?.type === 'string_start' ? this.slice(open).toLowerCase() : '';
    const isRaw = prefix.includes('r');
    const isFormat = prefix.includes('f') || prefix.includes('t');
    for (const child of node.children) {
      if (child.type === 'string_content') {
        const raw = this.slice(child);
        const text = isRaw ? raw : unescape(raw);
        parts.push(isFormat ? text.replaceAll('{{', '{').replaceAll('}}', '}') : text);
      } else if (child.type === 'interpolation')
        parts.push(this.expression(childOf(child, 'expression') ?? child.children[0], scope));
    }
    return { kind: 'string', parts, start: node.start, end: node.end };
  }
}

export function isTuple(type: string): boolean {
  return type === 'pattern_list' || type === 'tuple_pattern' || type === 'list_pattern' || type === 'tuple';
}
