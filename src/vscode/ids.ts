/** Every id that package.json and the code share: declared once, and a test holds the two against each other. */

export const commands = {
  pause: 'tidemark.pause',
  resume: 'tidemark.resume',
  showLog: 'tidemark.showLog',
  showSessions: 'tidemark.showSessions',
  retryFailed: 'tidemark.retryFailed',
  connectClaudeCode: 'tidemark.connectClaudeCode',
  clearAllData: 'tidemark.clearAllData',
  openMemory: 'tidemark.openMemory',
  loadMore: 'tidemark.loadMore',
  reopenStore: 'tidemark.reopenStore',
} as const;

export const views = { sessions: 'tidemark.sessions' } as const;

export const contextKeys = {
  /** `starting`, `keeping`, `elsewhere`, `failed` or `stopped`. */
  state: 'tidemark.state',
  paused: 'tidemark.paused',
  hasFailed: 'tidemark.hasFailed',
} as const;

export const statusItemId = 'tidemark.status';
export const memoryScheme = 'tidemark';
export const connectScheme = 'tidemark-connect';

/** In `contributes.mcpServerDefinitionProviders`. */
export const mcpProviderId = 'tidemark.memory';

/** In `contributes.languageModelTools`. */
export const languageModelTools = {
  search: 'tidemark_searchMemory',
  getMemories: 'tidemark_getMemories',
} as const;
