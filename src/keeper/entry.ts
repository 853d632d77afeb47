/** What the extension loads once it is active: a bundle of its own, so that activation loads none of it. */
export { systemClock } from '../base/clock';
export { agentSettings } from '../connect/agents/all';
export { connectAgent, disconnectAgent, planConnection, planDisconnection } from '../connect/connection';
export { testConnection } from '../connect/connectionTest';
export { writePlugin } from '../connect/plugin';
export { takeDropped } from '../capture/droppedEvents';
export { estimateImport, findTranscripts } from '../capture/transcripts/findTranscripts';
export { importTranscripts } from '../capture/transcripts/importTranscripts';
export { createBuiltinProvider } from '../distill/providers/builtin/builtinProvider';
export { toNewObservation, toNewSummary, toRowId, toSearchQuery } from './apiRequests';
export { writeContextSettings } from './contextSettings';
export { installLauncher } from './launcher';
export { Supervisor } from './supervisor';
