import { observationText, summaryText } from '../../src/memory/observation';
import type { ReplayResult } from './run';

const indent = (text: string, by: string) => text.replaceAll('\n', `\n${by}`);

/** Tells in the terminal what a replay captured, what is remembered and what the next session is given. */
export function printReplay(result: ReplayResult): void {
  for (const session of result.sessions) {
    console.log(`\n${session.agent} session ${session.agentSessionId} in ${session.project}`);
    for (const { number, text, isPrivate } of session.prompts) {
      console.log(`\n  Prompt ${number}: ${isPrivate ? '(private)' : indent(text, '    ')}`);
      for (const o of session.observations.filter(({ promptNumber }) => promptNumber === number)) {
        console.log(`    O${o.id} [${o.type}] ${indent(observationText(o), '        ')}`);
      }
      for (const s of session.summaries.filter(({ promptNumber }) => promptNumber === number)) {
        console.log(`    S${s.id} Summary: ${indent(summaryText(s), '        ')}`);
      }
    }
  }
  const count = (outcome: string) => result.accounting.filter((a) => a.outcome === outcome).length;
  const { pending, processing, failed } = result.queue;
  const { events } = result;
  const ignored = Object.entries(events.ignored).map(([rule, times]) => `${rule} ${times}`);
  console.log(`
Events       ${events.total}: ${events.captured} captured, ${events.setAside} set aside, ignored: ${ignored.join(', ') || 'none'}
Captured     ${result.accounting.length} tool uses: ${count('observed')} observed, ${count('merged')} merged, ${count('skipped')} skipped
Queue        ${pending} pending, ${processing} processing, ${failed} failed
Set aside    ${result.setAside.length === 0 ? 'nothing' : result.setAside.map((s) => `${s.reason} (${s.size} bytes)`).join(', ')}

What the next session in this project is given:
${result.context || '(nothing yet)'}`);
}
