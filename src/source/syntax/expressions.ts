import type { Expr, FunctionNode } from './ast.ts';
import { childOf, type SyntaxNode } from './cst.ts';

/** What reading expressions has in common in all languages. */
export abstract class Expressions {
  protected readonly text: string;
  /** End of the block that is being read. */
  protected until = 0;

  constructor(text: string) {
    this.text = text;
  }

  protected abstract expression(node: SyntaxNode | undefined, scope: FunctionNode): Expr;

  /** `object.name`; `field`: where the grammar has the name. */
  protected member(node: SyntaxNode, scope: FunctionNode, field: string): Expr {
    const object = this.expression(childOf(node, 'object'), scope);
    const name = childOf(node, field);
    return {
      kind: 'member',
      object,
      name: name ? this.slice(name) : '',
      nameStart: name?.start ?? node.end,
      start: node.start,
      end: node.end,
    };
  }

  /** `spread`: the type of a node that stands for more than one item. */
  protected list(node: SyntaxNode, scope: FunctionNode, spread: string, isTuple: boolean): Expr {
    const items = node.children.map((child) => {
      const isSpread = child.type === spread;
      return { value: this.expression(isSpread ? child.children[0] : child, scope), spread: isSpread };
    });
    return { kind: 'list', items, isTuple, start: node.start, end: node.end };
  }

  /** Both sides of an operator, and what stands between them. */
  protected sides(node: SyntaxNode, scope: FunctionNode): { operator: string; left: Expr; right: Expr } {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    const operator = left && right ? this.text.slice(left.end, right.start).trim() : '';
    return { operator, left: this.expression(left, scope), right: this.expression(right, scope) };
  }

  /** A generator gives what it yields. */
  protected yielded(node: SyntaxNode, scope: FunctionNode): Expr {
    const value = this.expression(node.children[0], scope);
    scope.returns.push(value);
    return { kind: 'wrapper', value, start: node.start, end: node.end };
  }

  protected number(node: SyntaxNode): Expr {
    const value = Number(this.slice(node).replaceAll('_', ''));
    return { kind: 'number', value, start: node.start, end: node.end };
  }

  /** Nothing that a value is followed through, but calls may stand in it. */
  protected other(node: SyntaxNode, scope: FunctionNode): Expr {
    const children = node.children.map((child) => this.expression(child, scope));
    return { kind: 'other', children, start: node.start, end: node.end };
  }

  protected slice(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end);
  }
}
