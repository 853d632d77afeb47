import assert from 'node:assert/strict';
import { STEADY_MS, SteadyLook } from '../../../src/vscode/steadyLook';
import { ManualClock } from '../../support/manualClock';

function given() {
  const clock = new ManualClock();
  const drawn: string[] = [];
  let look = 'idle';
  const steady = new SteadyLook<string>({
    clock,
    read: () => look,
    isQuiet: (one) => !one.startsWith('!'),
    isSame: (a, b) => a === b,
    draw: (one) => drawn.push(one),
  });
  const become = (next: string) => {
    look = next;
    steady.update();
  };
  become('idle');
  return { clock, drawn, become, steady };
}

describe('the look of the status bar', () => {
  it('does not change for a batch of 50 ms, nor for many', () => {
    const { clock, drawn, become } = given();
    for (let batch = 0; batch < 20; batch++) {
      become('working 1');
      clock.advance(50);
      become('idle');
      clock.advance(50);
    }
    clock.advance(10_000);
    assert.deepEqual(drawn, ['idle']);
    assert.deepEqual(clock.running, []);
  });

  it('shows work that lasts, and stays while the next batch follows within a moment', () => {
    const { clock, drawn, become } = given();
    become('working 1');
    clock.advance(STEADY_MS - 1);
    assert.deepEqual(drawn, ['idle']);
    clock.advance(1);
    assert.deepEqual(drawn, ['idle', 'working 1']);
    become('idle');
    clock.advance(50);
    become('working 1');
    clock.advance(10_000);
    assert.deepEqual(drawn, ['idle', 'working 1']);
    become('idle');
    clock.advance(STEADY_MS);
    assert.deepEqual(drawn, ['idle', 'working 1', 'idle']);
  });

  it('draws a number that changes all the time four times a second', () => {
    const { clock, drawn, become } = given();
    for (let ms = 0; ms < 1_000; ms += 10) {
      become(`working ${100 - ms / 10}`);
      clock.advance(10);
    }
    assert.deepEqual(drawn, ['idle', 'working 76', 'working 51', 'working 26', 'working 1']);
  });

  it('shows at once what a person did or must do', () => {
    const { clock, drawn, become } = given();
    become('working 1');
    become('!paused');
    become('!failed');
    become('idle');
    assert.deepEqual(drawn, ['idle', '!paused', '!failed', 'idle']);
    assert.deepEqual(clock.running, []);
  });

  it('draws nothing after it was disposed', () => {
    const { clock, drawn, become, steady } = given();
    become('working 1');
    steady.dispose();
    clock.advance(1_000);
    assert.deepEqual(drawn, ['idle']);
  });
});
