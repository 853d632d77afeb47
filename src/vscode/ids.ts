/** Every id that package.json and the code share: declared once, and a test holds the two against each other. */

export const commands = {
  pause: 'tidemark.pause',
  resume: 'tidemark.resume',
  showLog: 'tidemark.showLog',
  showSessions: 'tidemark.showSessions',
  retryFailed: 'tidemark.retryFailed',
  connectClaudeCode: 'tidemark.connectClaudeCode',
  connectAgent: 'tidemark.connectAgent',
  disconnectAgent: 'tidemark.disconnectAgent',
  testConnection: 'tidemark.testConnection',
  clearAllData: 'tidemark.clearAllData',
  openMemory: 'tidemark.openMemory',
  loadMore: 'tidemark.loadMore',
  reopenStore: 'tidemark.reopenStore',
  setAnthropicKey: 'tidemark.setAnthropicKey',
  removeAnthropicKey: 'tidemark.removeAnthropicKey',
  chooseLanguageModel: 'tidemark.chooseLanguageModel',
  showWhatWouldBeSent: 'tidemark.showWhatWouldBeSent',
  replaceDamaged: 'tidemark.replaceDamaged',
  retryMessage: 'tidemark.retryMessage',
  discardMessage: 'tidemark.discardMessage',
  discardFailed: 'tidemark.discardFailed',
  importSessions: 'tidemark.importSessions',
  takeOver: 'tidemark.takeOver',
  groupSessions: 'tidemark.groupSessions',
  filterSessions: 'tidemark.filterSessions',
  clearSessionFilter: 'tidemark.clearSessionFilter',
  showArchivedSessions: 'tidemark.showArchivedSessions',
  hideArchivedSessions: 'tidemark.hideArchivedSessions',
  renameSession: 'tidemark.renameSession',
  archiveSessions: 'tidemark.archiveSessions',
  unarchiveSessions: 'tidemark.unarchiveSessions',
  deleteSessions: 'tidemark.deleteSessions',
  /** Selects a session in its view: with its id. */
  revealSession: 'tidemark.revealSession',
  showQueue: 'tidemark.showQueue',
  dismissSetAside: 'tidemark.dismissSetAside',
  dismissAllSetAside: 'tidemark.dismissAllSetAside',
  showInsights: 'tidemark.showInsights',
  groupMemory: 'tidemark.groupMemory',
  loadMoreMemory: 'tidemark.loadMoreMemory',
  pinMemory: 'tidemark.pinMemory',
  unpinMemory: 'tidemark.unpinMemory',
  editMemory: 'tidemark.editMemory',
  forgetMemory: 'tidemark.forgetMemory',
  restoreMemory: 'tidemark.restoreMemory',
  exportMemory: 'tidemark.exportMemory',
  importMemory: 'tidemark.importMemory',
  searchMemory: 'tidemark.searchMemory',
  previewResult: 'tidemark.previewResult',
  revealResult: 'tidemark.revealResult',
} as const;

/** The public API (src/api.ts) as commands: for other extensions, not in the palette. */
export const apiCommands = {
  queueObservation: 'tidemark.api.queueObservation',
  queueSummary: 'tidemark.api.queueSummary',
  search: 'tidemark.api.search',
  getSession: 'tidemark.api.getSession',
} as const;

export const views = {
  sessions: 'tidemark.sessions',
  memory: 'tidemark.memory',
  queue: 'tidemark.queue',
} as const;

export const contextKeys = {
  /** `starting`, `keeping`, `following`, `elsewhere`, `failed` or `stopped`. */
  state: 'tidemark.state',
  /** The store can be used in this window, whichever one keeps it. */
  open: 'tidemark.open',
  paused: 'tidemark.paused',
  hasFailed: 'tidemark.hasFailed',
  /** The sessions view shows only those that contain a text. */
  sessionsFiltered: 'tidemark.sessionsFiltered',
  /** The sessions view shows archived sessions instead of the others. */
  showsArchived: 'tidemark.showsArchived',
  /** Paths of open documents whose observations are pinned. */
  pinnedDocuments: 'tidemark.pinnedDocuments',
  /** The search is open. */
  searching: 'tidemark.searching',
  /** `none` or `some` settings files are connected; unset until that is known. */
  connections: 'tidemark.connections',
  hasSessions: 'tidemark.hasSessions',
} as const;

/** Names of settings below `tidemark`. All are of the application: no workspace can redirect what is sent. */
export const settings = {
  provider: 'provider',
  anthropicModel: 'anthropic.model',
  anthropicBaseUrl: 'anthropic.baseUrl',
  languageModel: 'languageModel.id',
  dailyUsd: 'budget.dailyUsd',
} as const;

/** Publisher and name: to VS Code the extension is this. */
export const extensionId = 'tidemark.tidemark';
export const statusItemId = 'tidemark.status';
/** As VS Code knows the Insights page after a reload. */
export const insightsPanelType = 'tidemark.insights';
export const memoryScheme = 'tidemark';
export const memoryEditScheme = 'tidemark-edit';
export const previewScheme = 'tidemark-preview';
export const connectScheme = 'tidemark-connect';

/** In `contributes.mcpServerDefinitionProviders`. */
export const mcpProviderId = 'tidemark.memory';

/** In `contributes.languageModelTools`. */
export const languageModelTools = {
  search: 'tidemark_searchMemory',
  getMemories: 'tidemark_getMemories',
} as const;
