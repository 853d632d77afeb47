/** What the extension loads once it is active: a bundle of its own, so that activation loads none of it. */
export { systemClock } from '../base/clock';
export { estimateImport, findTranscripts } from '../capture/transcripts/findTranscripts';
export { importTranscripts } from '../capture/transcripts/importTranscripts';
export { createBuiltinProvider } from '../distill/providers/builtin/builtinProvider';
export { installLauncher } from './launcher';
export { Supervisor } from './supervisor';
