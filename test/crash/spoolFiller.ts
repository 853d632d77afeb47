import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, SpooledEvent } from '../../src/capture/spoolRecord';

const PROMPTS = 5;
const TOOLS = 8;

/** Spool records of `sessions` sessions of 50 events each, as the hook program writes them. */
function records(sessions: number, first: number): SpooledEvent[] {
  const all: SpooledEvent[] = [];
  for (let s = first; s < first + sessions; s++) {
    const root = `/home/dev/project${s % 3}`;
    const add = (event: string, payload: JsonObject) => {
      const at = 1_763_600_000_000 + all.length;
      all.push({
        ...{ v: 1, id: `event-${s}-${all.length}`, at, agent: 'claude-code', event },
        project: { key: root, name: `project${s % 3}`, root },
        payload: { session_id: `session-${s}`, cwd: root, hook_event_name: event, ...payload },
      });
    };
    for (let p = 0; p < PROMPTS; p++) {
      const prompt_id = `prompt-${s}-${p}`;
      add('UserPromptSubmit', { prompt_id, prompt: `Please change part ${p} of session ${s}.` });
      for (let t = 0; t < TOOLS; t++) {
        const file_path = `${root}/src/file-${s}-${p}-${t % 6}.ts`;
        const content = `// Part ${t} of prompt ${p} in session ${s}.\nexport const value${t} = ${t};\n`;
        add('PostToolUse', {
          ...{ prompt_id, tool_name: 'Write', tool_use_id: `tool-${s}-${p}-${t}` },
          tool_input: { file_path, content },
          tool_response: { type: 'create', filePath: file_path, content, structuredPatch: [] },
        });
      }
      add('Stop', {
        prompt_id,
        last_assistant_message: `Part ${p} of session ${s} is done. 8 of 8 tests pass.`,
      });
    }
  }
  return all;
}

/**
 * Fills the spool of a storage folder with sessions numbered from `first`. The number of tool uses and of
 * prompts in it.
 */
export async function fillSpool(
  folder: string,
  sessions: number,
  first = 0,
): Promise<{ tools: number; prompts: number }> {
  const spool = join(folder, 'spool');
  await mkdir(spool, { recursive: true });
  const files = await Promise.all(
    records(sessions, first).map(async (record) => {
      const file = join(spool, `${String(record.at * 1_000).padStart(16, '0')}-${record.id}.json`);
      await writeFile(`${file}.tmp`, JSON.stringify(record));
      return file;
    }),
  );
  // As hook programs do it, one after the other: a keeper that reads along finds whole files, in their order.
  for (const file of files) await rename(`${file}.tmp`, file);
  return { tools: sessions * PROMPTS * TOOLS, prompts: sessions * PROMPTS };
}
