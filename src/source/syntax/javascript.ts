import type { Expr, FunctionNode, SourceFile } from './ast.ts';
import { bind, newFile } from './builder.ts';
import { childOf, childOfType, type SyntaxNode } from './cst.ts';

import { JavaScriptExpressions, type Path } from './javascriptExpressions.ts';
/** Reads the tree of a TypeScript or JavaScript file. */
export function readJavaScript(file: string, text: string, root: SyntaxNode): SourceFile {
  const source = newFile(file, 'javascript', text);
  new JavaScriptReader(text, source).module(root);
  return source;
}

class JavaScriptReader extends JavaScriptExpressions {
  module(root: SyntaxNode): void {
    this.block(root, this.source.module);
  }

  protected override block(node: SyntaxNode, scope: FunctionNode): void {
    const around = this.until;
    if (node.type === 'statement_block' || node.type === 'program') this.until = node.end;
    for (const child of node.children) this.statement(child, scope);
    this.until = around;
  }

  protected override statement(node: SyntaxNode, scope: FunctionNode): void {
    switch (node.type) {
      case 'lexical_declaration':
      case 'variable_declaration':
        for (const child of node.children)
          if (child.type === 'variable_declarator') {
            const value = this.named(childOf(child, 'value'), scope, childOf(child, 'name'));
            const target = childOf(child, 'name');
            if (target && childOf(child, 'value')) this.bindTo(target, value, scope, []);
          }
        return;
      case 'function_declaration':
      case 'generator_function_declaration': {
        const fn = this.function(node, scope);
        bind(scope, fn.name, { how: 'function', fn, at: node.start });
        return;
      }
      case 'class_declaration':
      case 'abstract_class_declaration': {
        const cls = this.class(node, scope);
        bind(scope, cls.name, { how: 'class', cls, at: node.start });
        return;
      }
      case 'import_statement':
        return this.#import(node, scope);
      case 'export_statement':
        return this.#export(node, scope);
      case 'expression_statement':
        for (const child of node.children) this.expression(child, scope);
        return;
      case 'return_statement':
        for (const child of node.children) scope.returns.push(this.expression(child, scope));
        return;
      case 'for_in_statement': {
        const value = this.expression(childOf(node, 'right'), scope);
        const left = childOf(node, 'left');
        if (left) this.#bindElements(left, value, scope, []);
        const body = childOf(node, 'body');
        if (body) this.statement(body, scope);
        return;
      }
      case 'interface_declaration':
      case 'type_alias_declaration':
      case 'ambient_declaration':
      case 'function_signature':
        return;
      default:
        if (isStatement(node.type)) this.block(node, scope);
        else this.expression(node, scope);
    }
  }

  #import(node: SyntaxNode, scope: FunctionNode): void {
    const source = childOf(node, 'source');
    const clause = childOfType(node, 'import_clause');
    if (!source || !clause) return;
    const module = this.literal(source);
    const at = node.start;
    for (const child of clause.children) {
      if (child.type === 'identifier')
        bind(scope, this.slice(child), { how: 'import', module, name: 'default', at });
      else if (child.type === 'namespace_import') {
        const name = child.children[0];
        if (name) bind(scope, this.slice(name), { how: 'import', module, name: undefined, at });
      } else if (child.type === 'named_imports') {
        for (const one of child.children) {
          const name = childOf(one, 'name');
          if (!name) continue;
          const alias = childOf(one, 'alias') ?? name;
          bind(scope, this.slice(alias), { how: 'import', module, name: this.slice(name), at });
        }
      }
    }
  }

  #export(node: SyntaxNode, scope: FunctionNode): void {
    const exports = this.source.exports;
    const declaration = childOf(node, 'declaration');
    const isDefault = /^export\s+default\b/.test(this.text.slice(node.start, node.start + 40));
    if (declaration) {
      const before = new Set(scope.bindings.keys());
      this.statement(declaration, scope);
      const name = childOf(declaration, 'name');
      if (isDefault) {
        if (name) exports.set('default', { how: 'name', name: this.slice(name) });
        return;
      }
      for (const bound of scope.bindings.keys())
        if (!before.has(bound)) exports.set(bound, { how: 'name', name: bound });
      return;
    }
    const value = childOf(node, 'value');
    if (value) {
      exports.set('default', { how: 'value', value: this.named(value, scope, undefined), owner: scope });
      return;
    }
    const source = childOf(node, 'source');
    const module = source ? this.literal(source) : undefined;
    const clause = childOfType(node, 'export_clause');
    for (const one of clause?.children ?? []) {
      const name = childOf(one, 'name');
      if (!name) continue;
      const as = this.slice(childOf(one, 'alias') ?? name);
      if (module === undefined) exports.set(as, { how: 'name', name: this.slice(name) });
      else exports.set(as, { how: 'from', module, name: this.slice(name) });
    }
    if (!clause && module !== undefined) this.source.stars.push(module);
  }

  #bindElements(target: SyntaxNode, value: Expr, scope: FunctionNode, path: Path): void {
    this.pattern(target, path, (name, where) =>
      bind(scope, name, { how: 'element', value, path: where, at: target.start }),
    );
  }
}

function isStatement(type: string): boolean {
  return (
    type.endsWith('_statement') ||
    type.endsWith('_clause') ||
    type === 'statement_block' ||
    type === 'ERROR' ||
    type === 'switch_body' ||
    type === 'switch_case' ||
    type === 'switch_default' ||
    type === 'internal_module' ||
    type === 'module' ||
    type === 'program'
  );
}
