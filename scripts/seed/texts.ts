import type { ObservationType } from '../../src/memory/observation';
import type { Random } from '../../test/support/random';

/** Projects as people have them: a few that are worked in daily, more that are seldom touched. */
export const projects = [
  ...['bookings', 'storefront', 'payments-api', 'mobile-app', 'design-system', 'search-service', 'infra'],
  ...['billing-worker', 'docs-site', 'data-pipeline', 'auth-gateway', 'cli-tools', 'notes', 'playground'],
];

const areas = [
  ...['auth', 'cart', 'checkout', 'invoice', 'calendar', 'report', 'upload', 'thumbnail', 'session', 'token'],
  ...['cache', 'queue', 'retry', 'parser', 'router', 'search', 'export', 'import', 'profile', 'webhook'],
  ...['refund', 'locale', 'theme', 'email', 'schedule', 'metric', 'alert', 'backup', 'migration', 'worker'],
];
const parts = [
  'store',
  'service',
  'client',
  'handler',
  'view',
  'model',
  'schema',
  'helpers',
  'index',
  'types',
];
const causes = [
  'the offset was added twice when clocks change',
  'an empty list was taken for a missing one',
  'the timer was never cleared when the view closed',
  'two requests raced for the same row',
  'the header was read before it was decoded',
  'the page after the last one was asked for',
  'an error was caught and dropped',
  'the key differed only in its case',
];
const goals = [
  'a retry can’t charge a customer twice',
  'the list stays fast with ten thousand rows',
  'the tests need no network',
  'one place owns the connection',
  'a person sees why it failed',
  'the old format is still read',
];
const findings = [
  'reads the whole file before it answers',
  'is called from three places, one of them with seconds',
  'has no test for leap days',
  'keeps its state in a module variable',
  'swallows the status code of the answer',
  'was written for one project only',
];
const choices = [
  ['store UTC and format at the edge', 'keep local times'],
  ['one table with a type column', 'a table for each type'],
  ['a queue in the database', 'a broker of its own'],
  ['a cursor for paging', 'page numbers'],
  ['feature flags from a file', 'a service for flags'],
];

/** More of what is common, as in real sessions. */
const weighted: readonly (readonly [ObservationType, number])[] = [
  ...([
    ['change', 30],
    ['discovery', 24],
    ['bugfix', 12],
    ['feature', 10],
  ] as const),
  ...([
    ['failure', 9],
    ['refactor', 7],
    ['decision', 5],
    ['note', 3],
  ] as const),
];

export function type(random: Random): ObservationType {
  let left = random.next() * 100;
  return weighted.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'change';
}

/** A path below the root of a project. */
export function path(random: Random): string {
  // A few files are touched again and again, most of them hardly ever.
  const rank = random.magnitude(1, 400);
  const area = areas[rank % areas.length]!;
  return `src/${area}/${parts[(rank * 7) % parts.length]!}${rank < areas.length ? '' : rank}.ts`;
}

const nameOf = (file: string) => file.replace(/^src\//, '').replace(/\.ts$/, '');

/** What one observation says. */
export function wording(random: Random, kind: ObservationType, file: string) {
  const [area, cause, goal] = [nameOf(file), random.pick(causes), random.pick(goals)];
  const [chosen, instead] = random.pick(choices) as [string, string];
  const texts: Record<ObservationType, [title: string, narrative: string]> = {
    bugfix: [`Fixed ${area}: ${cause}`, `Tests failed because ${cause}. Now ${goal}.`],
    feature: [
      `Added ${random.pick(areas)} ${random.pick(['filter', 'export', 'preview'])} to ${area}`,
      `So ${goal}.`,
    ],
    refactor: [`Split ${area} in two`, `One part reads, the other decides; ${goal}.`],
    change: [
      `Changed ${area} so that ${goal}`,
      `${random.int(2, 80)} lines added, ${random.int(0, 40)} removed.`,
    ],
    discovery: [`${area} ${random.pick(findings)}`, `Found while looking for why ${cause}.`],
    failure: [
      `npm test failed: ${random.int(1, 9)} of ${random.int(40, 400)} in ${area}`,
      `Expected what it says, but ${cause}.`,
    ],
    decision: [`Decided to ${chosen}`, `Rather than ${instead}, so that ${goal}.`],
    note: [`Remember: ${area} ${random.pick(findings)}`, `Said by the person.`],
  };
  const [title, narrative] = texts[kind];
  return { title, narrative };
}

export function prompt(random: Random): string {
  const area = random.pick(areas);
  return random.pick([
    `Why does the ${area} ${random.pick(parts)} fail when ${random.pick(causes)}?`,
    `Please add a test for the ${area} ${random.pick(parts)}, and make sure that ${random.pick(goals)}.`,
    `The ${area} page is slow. Find out why and fix it.`,
    `Refactor ${area} so that ${random.pick(goals)}.`,
    `Go on with the ${area} work of yesterday.`,
    `Review what has changed in ${area} and tell me what you would not ship.`,
  ]);
}

export function summary(random: Random, request: string) {
  return {
    request,
    investigated: `How ${random.pick(areas)} works with ${random.pick(areas)}.`,
    learned: `${random.pick(areas)} ${random.pick(findings)}.`,
    completed: `Fixed; ${random.pick(goals)}.`,
    nextSteps: random.chance(0.4) ? `Look at ${random.pick(areas)}, too.` : null,
  };
}
