import * as activity from './activity';
import type { OperationContext } from './context';
import * as exchange from './exchange';
import * as fileHashes from './fileHashes';
import * as forgetting from './forgetting';
import * as library from './library';
import * as maintenance from './maintenance';
import * as memory from './memory';
import * as messages from './messages';
import * as meta from './meta';
import * as recall from './recall';
import * as results from './results';
import * as search from './search';
import * as searchIndex from './searchIndex';
import * as sessions from './sessions';
import * as setAside from './setAside';
import * as usage from './usage';

/**
 * Everything that can be asked of the engine, by name. Each runs as a whole or not at all; its arguments and
 * its answer cross a thread, so they are plain data.
 */
export const operations = {
  ensureSession: sessions.ensureSession,
  getSession: sessions.getSession,
  listSessions: sessions.listSessions,
  addPrompt: sessions.addPrompt,
  getPromptNumber: sessions.getPromptNumber,
  getPrompts: sessions.getPrompts,
  findPrompt: sessions.findPrompt,
  findSession: sessions.findSession,
  endPrompt: sessions.endPrompt,
  endSession: sessions.endSession,
  renameSession: sessions.renameSession,
  setAgentTitle: sessions.setAgentTitle,
  archiveSessions: sessions.archiveSessions,
  deleteSessionPart: sessions.deleteSessionPart,
  enqueue: messages.enqueue,
  claimNext: messages.claimNext,
  peekPending: messages.peekPending,
  confirmProcessed: messages.confirmProcessed,
  markFailed: messages.markFailed,
  sealBatch: messages.sealBatch,
  release: messages.release,
  retry: messages.retry,
  discard: messages.discard,
  resetStuck: messages.resetStuck,
  listMessages: messages.listMessages,
  nextDueAt: messages.nextDueAt,
  queueCounts: messages.queueCounts,
  storeResults: results.storeResults,
  observations: memory.observations,
  summaries: memory.summaries,
  recentMemory: memory.recentMemory,
  toolOutcomes: memory.toolOutcomes,
  setAside: setAside.setAside,
  listSetAside: setAside.listSetAside,
  dismissSetAside: setAside.dismissSetAside,
  observation: memory.observation,
  summary: memory.summary,
  trim: maintenance.trim,
  giveBack: maintenance.giveBack,
  storeSize: (context: OperationContext, _args: Record<string, never>) => maintenance.storeSize(context),
  getMeta: meta.getMeta,
  setMeta: meta.setMeta,
  raiseGeneration: meta.raiseGeneration,
  findProject: recall.findProject,
  timeline: recall.timeline,
  addNote: recall.addNote,
  beginSearch: search.beginSearch,
  continueSearch: search.continueSearch,
  maintainIndex: searchIndex.maintainIndex,
  rebuildIndex: searchIndex.rebuildIndex,
  indexSize: searchIndex.indexSize,
  otherTitles: memory.otherTitles,
  reserveUsage: usage.reserveUsage,
  settleUsage: usage.settleUsage,
  carryUsage: usage.carryUsage,
  usageSince: usage.usageSince,
  sessionUsage: usage.sessionUsage,
  groups: library.groups,
  memories: library.memories,
  sources: library.sources,
  pin: library.pin,
  editObservation: library.editObservation,
  filesToHash: fileHashes.filesToHash,
  setFileHashes: fileHashes.setFileHashes,
  fileHashes: fileHashes.fileHashes,
  forget: forgetting.forget,
  restore: forgetting.restore,
  forgotten: forgetting.forgotten,
  exportSessions: exchange.exportSessions,
  importSessions: exchange.importSessions,
  countContext: activity.countContext,
  insights: activity.insights,
  queuedSessions: messages.queuedSessions,
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationArgs<K extends OperationName> = Parameters<Operations[K]>[1];
export type OperationResult<K extends OperationName> = ReturnType<Operations[K]>;
