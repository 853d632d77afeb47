import tseslint from 'typescript-eslint';

/** What each folder may import, beside itself. Anything else is refused: data goes one way (ARCHITECTURE.md). */
const domain = ['base', 'session', 'queue', 'capture', 'distill', 'memory'];
const layers = {
  base: [],
  queue: ['base', 'capture'],
  capture: ['base', 'queue', 'session'],
  session: ['base', 'queue', 'capture'],
  memory: ['base', 'queue', 'capture'],
  distill: ['base', 'session', 'queue', 'capture', 'memory'],
  storage: domain,
  connect: ['base', 'capture'],
  keeper: [...domain, 'storage', 'connect'],
  hook: ['base', 'capture'],
  mcp: [...domain, 'storage', 'keeper'],
  webview: [],
  vscode: [...domain, 'storage', 'keeper', 'connect', 'webview'],
};
const folders = Object.keys(layers);

const layerRules = folders.map((folder) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [
              ...folders.filter((f) => f !== folder && !layers[folder].includes(f)).map((f) => `**/${f}/*`),
              '**/container',
              '**/extension',
            ],
            message: `src/${folder} may import only: ${layers[folder].join(', ') || 'nothing of ours'}.`,
          },
          ...(folder === 'vscode'
            ? []
            : [
                {
                  group: ['vscode'],
                  message: 'Only src/vscode, container.ts and extension.ts know VS Code.',
                },
              ]),
          ...(folder === 'hook'
            ? [{ regex: '^(?!node:|\\.)', message: 'The hook program has no dependencies.' }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'out', 'node_modules', 'test/fixtures', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/require-await': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [] }] },
  },
  ...layerRules,
);
