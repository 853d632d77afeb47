import assert from 'node:assert/strict';
import { collect, drained, fireHook, withKeeper } from '../../../scripts/replay/run';
import { asksTidemark } from '../../../src/capture/ownTools';
import { makeFolder, removeFolders } from '../../support/store';

describe('what an agent asks of Tidemark itself', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('is known by the names that agents give its tools, and no other’s is', () => {
    const is = (tool: string) => asksTidemark({ kind: 'other', tool, input: '', output: '' });
    for (const tool of [
      'tidemark: search',
      'plugin_tidemark_tidemark: get_observations',
      'tidemark-timeline',
      'mcp_tidemark_remember',
      'tidemark_searchMemory',
      'tidemarkSearch',
    ])
      assert.ok(is(tool), tool);
    for (const tool of ['search', 'db: search', 'tidemarks: search', 'tidemark: deploy', 'tidemark'])
      assert.ok(!is(tool), tool);
  });

  it('is not remembered once more: what is forgotten would come back', async () => {
    const store = await makeFolder();
    const use = (name: string, id: string, output: string) => ({
      ...{ session_id: 's1', cwd: '/home/dev/shop', hook_event_name: 'PostToolUse' },
      ...{ tool_name: name, tool_input: { query: 'port' }, tool_use_id: id },
      tool_response: [{ type: 'text', text: output }],
    });
    const seen = await withKeeper(store, async (keeper) => {
      await fireHook(store, use('mcp__tidemark__search', 't1', 'O7 The port was 8080'));
      await fireHook(store, use('mcp__db__search', 't2', 'Row 3 of ports'));
      await keeper.rescan();
      await drained(keeper);
      return JSON.stringify(await collect(keeper, store, 's1'));
    });
    assert.ok(seen.includes('Row 3 of ports'));
    assert.ok(!seen.includes('8080'));
  });
});
