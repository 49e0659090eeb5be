import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  [
    ...[
      'AbortController',
      'AbortSignal',
      'Buffer',
      'TextDecoder',
      'TextEncoder',
      'URL',
      'clearInterval',
      'clearTimeout',
    ],
    ...['console', 'fetch', 'performance', 'process', 'setInterval', 'setTimeout'],
  ].map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores(['dist/', 'out/', '.cache/', '.vscode-test/', 'test/fixtures/', '**/__pycache__/']),
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'tsconfig.host.json', 'tsconfig.webview.json', 'tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers in texts are what they look like.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `return this.#refuse(…)` and arrow functions that hand on nothing read well.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `Record<string, never>` is how a message without parameters is written, `keyof R & string` how its name is.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `value?: string | undefined`: with exactOptionalPropertyTypes the two differ.
      '@typescript-eslint/no-duplicate-type-constituents': 'off',
      // What crossed a channel is only said to be a string.
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Control characters are what is looked for in hostile text.
      'no-control-regex': 'off',
      // `{ key: _key, ...rest }` and parameters of an interface that are not needed.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
    },
  },
  {
    // A regular expression that is made at run time could be made of what was received.
    files: ['src/**/*.ts', 'webview/**/*.ts', 'webview/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='RegExp']",
          message: 'No regular expressions made at run time.',
        },
        {
          selector: "CallExpression[callee.name='RegExp']",
          message: 'No regular expressions made at run time.',
        },
      ],
    },
  },
  {
    // Loops over bytes and rows whose bounds were checked.
    files: ['src/otlp/**/*.ts', 'src/store/**/*.ts', 'src/receiver/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:assert's narrowing and mocha's callbacks.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: nodeGlobals } },
  // A page of the bench.
  { files: ['test/bench/*.js'], languageOptions: { globals: { ...nodeGlobals, window: 'readonly' } } },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { ...nodeGlobals, __dirname: 'readonly', __filename: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
);
