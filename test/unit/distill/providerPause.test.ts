import assert from 'node:assert/strict';
import { ProviderPausedError } from '../../../src/distill/providerErrors';
import { ProviderPauseState } from '../../../src/distill/providerPause';
import { retryDelay } from '../../../src/distill/retryPolicy';
import { ManualClock } from '../../support/manualClock';

function make() {
  const clock = new ManualClock(0);
  let changes = 0;
  const state = new ProviderPauseState(
    clock,
    () => 0,
    () => changes++,
  );
  return { clock, state, changes: () => changes };
}

describe('the provider’s pause', () => {
  it('ends by itself at the time that the provider named', () => {
    const { clock, state, changes } = make();
    state.pause(new ProviderPausedError('quota', 'The quota is used up.', { retryAt: 60_000 }));
    assert.deepEqual(state.current, { reason: 'quota', message: 'The quota is used up.', retryAt: 60_000 });
    clock.advance(59_999);
    assert.ok(state.current);
    clock.advance(1);
    assert.equal(state.current, undefined);
    assert.equal(changes(), 2);
    assert.deepEqual(clock.running, []);
  });

  it('waits longer after each overload, and shorter again after an answer', () => {
    const { clock, state } = make();
    const waits: number[] = [];
    const overload = () => {
      state.pause(new ProviderPausedError('overloaded', 'Overloaded.'));
      waits.push(state.current!.retryAt! - clock.now());
      clock.advance(waits.at(-1)!);
    };
    overload();
    overload();
    overload();
    state.worked();
    overload();
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 1_000]);
  });

  it('lasts until a person acts where time does not help, without a timer', () => {
    const { clock, state } = make();
    state.pause(new ProviderPausedError('auth', 'The key is not valid.'));
    assert.deepEqual(clock.running, []);
    assert.equal(state.current?.retryAt, undefined);
    state.clear();
    assert.equal(state.current, undefined);
  });

  it('is the first of many sessions’ reports of one trouble', () => {
    const { state, changes } = make();
    state.pause(new ProviderPausedError('auth', 'first'));
    state.pause(new ProviderPausedError('auth', 'second'));
    assert.equal(state.current?.message, 'first');
    assert.equal(changes(), 1);
  });
});

describe('the wait after a failed attempt', () => {
  it('doubles up to five minutes, with half of it left to chance', () => {
    assert.deepEqual(
      [0, 1, 2, 20].map((failures) => retryDelay(failures, 0)),
      [1_000, 2_000, 4_000, 150_000],
    );
    assert.deepEqual(
      [0, 20].map((failures) => retryDelay(failures, 0.999999)).map(Math.round),
      [2_000, 300_000],
    );
  });
});
