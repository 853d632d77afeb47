import * as z from 'zod';
import { eventStream, type ModelApi } from './reply';

const partSchema = z.looseObject({ text: z.string().optional(), functionResponse: z.unknown().optional() });
const requestSchema = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().optional(), parts: z.array(partSchema).default([]) })),
  tools: z
    .array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).default([]) }))
    .default([]),
});

/** Google's Gemini API. */
export const gemini: ModelApi = {
  read(path, body) {
    const request = requestSchema.safeParse(body);
    const streams = path.endsWith(':streamGenerateContent');
    if ((!streams && !path.endsWith(':generateContent')) || !request.success) return undefined;
    const { contents, tools } = request.data;
    const parts = contents.filter(({ role }) => role !== 'model').flatMap(({ parts }) => parts);
    return {
      tools: tools.flatMap(({ functionDeclarations }) => functionDeclarations.map(({ name }) => name)),
      answers: parts.flatMap(({ functionResponse: answer }) => (answer ? [JSON.stringify(answer)] : [])),
      userText: parts.map(({ text }) => text ?? '').join('\n'),
      stream: streams,
    };
  },

  answer(reply, _id, stream) {
    const part =
      'tool' in reply ? { functionCall: { name: reply.tool, args: reply.input } } : { text: reply.text };
    const answer = {
      candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [part] } }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
    };
    return stream
      ? { contentType: eventStream, body: `data: ${JSON.stringify(answer)}\n\n` }
      : { contentType: 'application/json', body: JSON.stringify(answer) };
  },
};
