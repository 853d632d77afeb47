/** What the stand-in of a model answers to one request. */
export type Reply = { text: string } | { tool: string; input: Record<string, unknown> };

/** An answer that takes something from what the last tool answered, which is JSON. */
export type ScriptedReply = Reply | ((lastAnswer: string) => Reply);

/** What a request to a model says, whatever API it is in. */
export interface ModelRequest {
  /** The tools on offer; empty where the agent asks for something beside the work (a title, a check). */
  tools: string[];
  /** What the tools have answered in this conversation, each as JSON. */
  answers: string[];
  /** All that a user, or the agent in their name, has said in it. */
  userText: string;
  stream: boolean;
}

/** The API of one maker of models. */
export interface ModelApi {
  /** Undefined where the request is not for a model's answer. */
  read(path: string, body: unknown): ModelRequest | undefined;
  /** The answer as the API sends it. `id` is unique in the run. */
  answer(reply: Reply, id: string, stream: boolean): { contentType: string; body: string };
}

export const eventStream = 'text/event-stream';

/** Server-sent events, each named by its type. */
export function serverSentEvents(events: readonly ({ type: string } & object)[]): string {
  return events.map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`).join('');
}
