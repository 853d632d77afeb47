import type { AgentId } from './vocabulary';

/** The hook events of Claude Code that capture maps to its vocabulary. */
export const capturedEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PostToolUse',
  'PostToolUseFailure',
  'Stop',
  'StopFailure',
  'SubagentStop',
  'PostCompact',
  'SessionEnd',
] as const;
export type CapturedEvent = (typeof capturedEvents)[number];

/**
 * Events of Claude Code that memory has no use for, each with the reason. The hook program writes nothing for
 * them. An event in neither table is spooled, so that capture can show and count it.
 */
export const ignoredEvents: Readonly<Record<string, string>> = {
  PreToolUse: 'an intention: PostToolUse or PostToolUseFailure tells what came of it',
  PostToolBatch: 'repeats tool calls that were each told by their own event',
  MessageDisplay: 'pieces of messages; Stop carries the last one whole',
  InstructionsLoaded: 'names an instruction file, says nothing about the work',
  PermissionRequest: 'a question; the tool, if allowed, tells what it did',
  PermissionDenied: 'nothing was done',
  Notification: 'an alert for the person at the keyboard',
  ConfigChange: 'settings of the agent, not work on the project',
  CwdChanged: 'every event carries its own working folder',
  Setup: 'preparation of the agent, not work on the project',
  UserPromptExpansion: 'the prompt follows in UserPromptSubmit',
  PreModelSwitch: 'which model runs is not part of what happened',
  PostModelSwitch: 'which model runs is not part of what happened',
  PreCompact: 'PostCompact carries the summary',
  SubagentStart: 'SubagentStop tells what the sub-agent found',
};

/**
 * Not an agent's: fired by a person's wish to see that a hook arrives. The hook program prints the event's id;
 * capture accepts it like any other, and nothing of it is kept.
 */
export const connectionTestEvent = 'TidemarkConnectionTest';

/** Which of an agent's hook events are captured, and which are of no use, each with the reason. */
export interface EventTable {
  readonly captured: readonly string[];
  readonly ignored: Readonly<Record<string, string>>;
}

const claudeCode: EventTable = { captured: capturedEvents, ignored: ignoredEvents };

const intention = 'an intention: the event after the tool tells what came of it';
const question = 'a question; the tool, if allowed, tells what it did';

const copilotCli: EventTable = {
  captured: [
    ...['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'PostToolUseFailure', 'Stop', 'SubagentStop'],
    ...['SessionEnd', 'sessionStart', 'userPromptSubmitted', 'postToolUse', 'postToolUseFailure'],
    ...['agentStop', 'subagentStop', 'sessionEnd', 'errorOccurred'],
  ],
  ignored: {
    ...ignoredEvents,
    preToolUse: intention,
    permissionRequest: question,
    userPromptTransformed: 'the prompt, with what the agent added to it',
    subagentStart: 'subagentStop tells what the sub-agent found',
    preCompact: 'how the agent shortens its context is not work on the project',
    notification: 'an alert for the person at the keyboard',
  },
};

const codex: EventTable = {
  captured: [...['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'Stop', 'SubagentStop', 'SessionEnd']],
  ignored: { ...ignoredEvents, 'agent-turn-complete': 'repeats what Stop tells' },
};

const geminiCli: EventTable = {
  captured: ['SessionStart', 'BeforeAgent', 'AfterTool', 'AfterAgent', 'SessionEnd'],
  ignored: {
    BeforeTool: intention,
    BeforeModel: 'a request to the model, not work on the project',
    AfterModel: 'pieces of messages; AfterAgent carries the answer whole',
    BeforeToolSelection: 'a request to the model, not work on the project',
    PreCompress: 'how the agent shortens its context is not work on the project',
    Notification: 'an alert for the person at the keyboard',
  },
};

const vscode: EventTable = {
  captured: ['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'SubagentStop', 'Stop'],
  ignored: ignoredEvents,
};

/** The tables of all agents. An event in neither part is spooled, so that capture can show and count it. */
export const agentEvents: Readonly<Record<AgentId, EventTable>> = {
  'claude-code': claudeCode,
  'copilot-cli': copilotCli,
  codex,
  'gemini-cli': geminiCli,
  vscode,
  extension: { captured: [], ignored: {} },
};

/** Whether nothing at all is kept of the event. */
export function isIgnoredEvent(event: string, agent: AgentId = 'claude-code'): boolean {
  return Object.hasOwn(agentEvents[agent].ignored, event);
}
