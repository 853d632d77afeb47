/** Why a message gives no observation of its own. The ids are stored with what was skipped. */
export const skipRules = {
  'trivial-command':
    'A command that only shows where the agent is or how things stand (pwd, ls, git status) is not remembered.',
  'empty-look': 'A command that only looks, and showed nothing, tells nothing.',
  bookkeeping: "The agent's own lists (to-dos, plans, loading of tools) are no work on the project.",
  'empty-report': 'A report without text says nothing.',
  'nothing-new': 'An end of a turn without words, or with the words of its last summary, adds nothing.',
} as const;

export type SkipRule = keyof typeof skipRules;
