import type { RecallStore } from '../memory/recall';
import { EngineSearchStore } from './searchStore';

/** What agents may ask, over the engine. */
export class EngineRecallStore extends EngineSearchStore implements RecallStore {
  observation: RecallStore['observation'] = (id) => this.engine.call('observation', { id });
  summary: RecallStore['summary'] = (id) => this.engine.call('summary', { id });
  findProject: RecallStore['findProject'] = (key) => this.engine.call('findProject', { key });
  timeline: RecallStore['timeline'] = (around) => this.engine.call('timeline', around);
  addNote: RecallStore['addNote'] = (note) => this.engine.call('addNote', note);
}
