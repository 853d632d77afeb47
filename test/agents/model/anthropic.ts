import * as z from 'zod';
import { eventStream, type ModelApi, type Reply, serverSentEvents } from './reply';

const block = z.looseObject({ type: z.string(), text: z.string().optional() });
const content = z.union([z.string(), z.array(block)]);
const requestSchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content })),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  stream: z.boolean().default(false),
});

const usage = { input_tokens: 10, output_tokens: 10 };

/** Anthropic's Messages API. */
export const anthropic: ModelApi = {
  read(path, body) {
    const request = requestSchema.safeParse(body);
    if (!/\/messages$/.test(path) || !request.success) return undefined;
    const { messages, tools, stream } = request.data;
    const blocks = messages
      .filter(({ role }) => role === 'user')
      .flatMap(({ content }) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content));
    return {
      tools: tools.map(({ name }) => name),
      answers: blocks.filter(({ type }) => type === 'tool_result').map((result) => JSON.stringify(result)),
      userText: blocks.map(({ text }) => text ?? '').join('\n'),
      stream,
    };
  },

  answer(reply, id, stream) {
    const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model: 'stand-in', usage };
    const stop = { stop_reason: 'tool' in reply ? 'tool_use' : 'end_turn', stop_sequence: null };
    if (!stream)
      return {
        contentType: 'application/json',
        body: JSON.stringify({ ...message, ...stop, content: [contentBlock(reply, id)] }),
      };
    return { contentType: eventStream, body: serverSentEvents(events(reply, id, message, stop)) };
  },
};

function contentBlock(reply: Reply, id: string) {
  return 'tool' in reply
    ? { type: 'tool_use', id: `toolu_${id}`, name: reply.tool, input: reply.input }
    : { type: 'text', text: reply.text };
}

function events(reply: Reply, id: string, message: object, stop: object) {
  const [start, delta] =
    'tool' in reply
      ? [
          { ...contentBlock(reply, id), input: {} },
          { type: 'input_json_delta', partial_json: JSON.stringify(reply.input) },
        ]
      : [
          { type: 'text', text: '' },
          { type: 'text_delta', text: reply.text },
        ];
  return [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, stop_sequence: null },
    },
    { type: 'content_block_start', index: 0, content_block: start },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: stop, usage: { output_tokens: 10 } },
    { type: 'message_stop' },
  ];
}
