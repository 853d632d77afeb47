import * as z from 'zod';
import { eventStream, type ModelApi, type Reply, serverSentEvents } from './reply';

const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).nullish(),
});
interface Tool {
  type: string;
  name?: string | undefined;
  tools?: Tool[] | undefined;
}
const toolSchema: z.ZodType<Tool> = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  get tools() {
    return z.array(toolSchema).optional();
  },
});
const requestSchema = z.looseObject({
  input: z.array(itemSchema),
  tools: z.array(toolSchema).default([]),
});

/** OpenAI's Responses API, streaming. A tool's name is `<namespace>.<name>` where the tool is in a namespace. */
export const openaiResponses: ModelApi = {
  read(path, body) {
    const request = requestSchema.safeParse(body);
    if (!/\/responses$/.test(path) || !request.success) return undefined;
    const { input, tools } = request.data;
    return {
      tools: tools.flatMap((tool) =>
        tool.tools ? tool.tools.map(({ name }) => `${tool.name}.${name}`) : [tool.name ?? tool.type],
      ),
      answers: input.filter(({ type }) => type?.endsWith('_call_output')).map((item) => JSON.stringify(item)),
      userText: input
        .filter(({ role }) => role === 'user')
        .flatMap(({ content }) =>
          typeof content === 'string' ? [content] : (content ?? []).map(({ text }) => text ?? ''),
        )
        .join('\n'),
      stream: true,
    };
  },

  answer(reply, id) {
    const usage = { input_tokens: 10, output_tokens: 10, total_tokens: 20 };
    const response = { id: `resp_${id}`, object: 'response', model: 'stand-in', output: [] };
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress' } },
      { type: 'response.output_item.done', output_index: 0, item: item(reply, id) },
      { type: 'response.completed', response: { ...response, status: 'completed', usage } },
    ];
    return { contentType: eventStream, body: serverSentEvents(events) };
  },
};

function item(reply: Reply, id: string) {
  if ('text' in reply) {
    const content = [{ type: 'output_text', text: reply.text, annotations: [] }];
    return { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content };
  }
  const [name, namespace] = reply.tool.split('.').reverse();
  const call = { id: `fc_${id}`, call_id: `call_${id}`, name, ...(namespace && { namespace }) };
  // A free-form tool takes a text, not an object.
  if ('freeForm' in reply.input) return { ...call, type: 'custom_tool_call', input: reply.input['freeForm'] };
  return { ...call, type: 'function_call', arguments: JSON.stringify(reply.input) };
}
