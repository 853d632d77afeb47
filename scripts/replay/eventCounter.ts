import {
  agentOf,
  eventOf,
  isLedToByPrompt,
  isMachinePrompt,
  isPromptEvent,
  promptIdOf,
  sessionIdOf,
} from '../../src/capture/agentPayload';
import type { CaptureOutcome } from '../../src/capture/capture';
import { countOutcome, noEvents, type EventCounts } from '../../src/capture/eventCounts';
import { isIgnoredEvent } from '../../src/capture/events';
import type { JsonObject } from '../../src/capture/spoolRecord';
import type { AgentId } from '../../src/capture/vocabulary';
import { readExclusions } from '../../src/capture/exclusions';
import { isExcluded } from '../../src/hook/eventRecord';
import { PrivateMarker } from '../../src/hook/privateMarker';
import { environmentOf } from './recording';

/**
 * Accounts for events from both ends: of what the hook program must end, it counts the reason; of what reaches
 * the keeper, what the keeper says. Nothing is counted by what is left over, so that a loss shows.
 */
export class EventCounter {
  readonly #counts = noEvents();

  /** After the hook program has run with this payload. */
  fired(store: string, payload: unknown, recordedBy: AgentId | undefined): void {
    this.#counts.total++;
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return;
    const members = payload as JsonObject;
    const event = eventOf(members);
    if (isIgnoredEvent(event, agentOf(members, environmentOf(recordedBy, members)))) {
      this.captured({ ignored: 'uninteresting-event' });
    } else if (isExcluded(members, readExclusions(store))) {
      this.captured({ ignored: 'excluded' });
    } else if (this.#isOfPrivatePrompt(store, event, members)) {
      this.captured({ ignored: 'private-prompt' });
    }
  }

  captured(outcome: CaptureOutcome): void {
    countOutcome(this.#counts, outcome);
  }

  counts(): EventCounts {
    return this.#counts;
  }

  #isOfPrivatePrompt(store: string, event: string, payload: JsonObject): boolean {
    const marker = new PrivateMarker(store, sessionIdOf(payload));
    if (isLedToByPrompt(event)) return marker.covers(promptIdOf(payload));
    return isPromptEvent(event) && isMachinePrompt(payload) && marker.isSet();
  }
}
