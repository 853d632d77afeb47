/** What the extension loads once it is active: a bundle of its own, so that activation loads none of it. */
import { systemClock } from '../base/clock';
import type { Model } from '../distill/providers/model/model';
import { ModelProvider } from '../distill/providers/model/modelProvider';

export { systemClock } from '../base/clock';
export { agentSettings } from '../connect/agents/all';
export { connectAgent, disconnectAgent, planConnection, planDisconnection } from '../connect/connection';
export { countConnections } from '../connect/connectionList';
export { testConnection } from '../connect/connectionTest';
export { writePlugin } from '../connect/plugin';
export { takeDropped } from '../capture/droppedEvents';
export { estimateImport, findTranscripts } from '../capture/transcripts/findTranscripts';
export { importTranscripts } from '../capture/transcripts/importTranscripts';
export { createBuiltinProvider } from '../distill/providers/builtin/builtinProvider';
export { ProviderSwitch } from '../distill/providerSwitch';
export { toNewObservation, toNewSummary, toRowId, toSearchQuery } from './apiRequests';
export { writeContextSettings, writeExclusions } from './hookSettings';
export { readImport } from './importFile';
export { installLauncher } from './launcher';
export { installMcpLauncher, mcpFiles } from './mcpLauncher';
export { Supervisor } from './supervisor';

/** A provider over a language model, wherever that is. */
export function createModelProvider(model: Model, budgetUsd: () => number | undefined): ModelProvider {
  return new ModelProvider({ model, clock: systemClock, budgetUsd });
}
