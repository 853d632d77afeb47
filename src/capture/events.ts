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

/** Whether nothing at all is kept of the event. */
export function isIgnoredEvent(event: string): boolean {
  return Object.hasOwn(ignoredEvents, event);
}
