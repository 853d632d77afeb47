import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  headers: IncomingMessage['headers'];
  body: {
    model: string;
    max_tokens: number;
    system: { text: string; cache_control?: { type: string } }[];
    messages: { role: string; content: string }[];
    tools?: unknown;
    thinking?: { type: string };
    output_config?: { effort?: string; format?: { type: string; schema: object } };
  };
  bytes: number;
}

/** Answers one request, or leaves it hanging. */
export type Reply = (response: ServerResponse, request: ReceivedRequest) => void;

/** A stand-in for Anthropic's API: a real server on a real socket, which answers as the test tells it. */
export class AnthropicServer {
  readonly requests: ReceivedRequest[] = [];
  /** Replies of the next requests, in order; after them, `reply`. */
  readonly next: Reply[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  private constructor(public reply: Reply) {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(reply: Reply = answering(() => ({ observations: [], summary: null }))) {
    const server = new AnthropicServer(reply);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = JSON.parse(raw.toString()) as ReceivedRequest['body'];
    const received = { headers: request.headers, body, bytes: raw.length };
    this.requests.push(received);
    (this.next.shift() ?? this.reply)(response, received);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function send(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export const usage = { input_tokens: 1_000, output_tokens: 100 };

/** A whole message of the model that says `text`. */
export function message(text: string, more: object = {}): object {
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-5-5' },
    content: [
      { type: 'thinking', thinking: 'Not for us.', signature: 's' },
      { type: 'text', text },
    ],
    ...{ stop_reason: 'end_turn', stop_sequence: null, usage },
    ...more,
  };
}

/** What the stand-in model says: made from the request, because it names the evidence in it. */
export function answering(make: (request: ReceivedRequest) => unknown): Reply {
  return (response, request) => send(response, 200, message(JSON.stringify(make(request))));
}

/** The names of the evidence in a request. */
export function evidenceOf({ body }: ReceivedRequest): string[] {
  return [...body.messages[0]!.content.matchAll(/^<evidence id="(\w+)"/gm)].map(([, id]) => id!);
}

export function said(title: string, evidence: string[], more: object = {}) {
  return {
    ...{ type: 'discovery', title, subtitle: '', narrative: '', facts: [], concepts: [], evidence },
    ...more,
  };
}

/** One observation that rests on everything, and a summary where the turn ends. */
export const oneObservation = answering((request) => ({
  observations: [said('The shop is closed on Sundays', evidenceOf(request))],
  summary: request.body.messages[0]!.content.includes('what="end of the turn"')
    ? { request: 'asked', investigated: '', learned: 'learned', completed: '', nextSteps: '' }
    : null,
}));

export function failing(status: number, type: string, headers = {}, details?: object): Reply {
  return (response) =>
    send(response, status, { type: 'error', error: { type, message: 'no', ...details } }, headers);
}
