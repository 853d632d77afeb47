import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelApi, ModelRequest, Reply, ScriptedReply } from './reply';

/** What the stand-in answers in one session of an agent. */
export interface Script {
  /** One answer after each tool; the last one is repeated. */
  main: readonly ScriptedReply[];
  /** The same for a sub-agent, told by the word in the prompt that it is given. */
  subagent?: { word: string; replies: readonly ScriptedReply[] };
}

export interface RecordedRequest {
  path: string;
  body: unknown;
}

/**
 * Stands in for a model's API on this machine: answers by a script, and keeps what it was asked. It has no state
 * of a conversation: the number of tools that answered says which answer is next.
 */
export class ModelServer {
  #script: Script = { main: [] };
  #requests: RecordedRequest[] = [];
  #problems: string[] = [];
  #answers = 0;

  private constructor(
    private readonly server: Server,
    private readonly api: ModelApi,
  ) {}

  static async start(api: ModelApi): Promise<ModelServer> {
    const server = createServer();
    const model = new ModelServer(server, api);
    server.on('request', (request, response) => {
      model.#serve(request, response).catch((error: unknown) => {
        model.#problems.push(String(error));
        response.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From here on answers by `script`, and forgets what it was asked before. */
  play(script: Script): void {
    this.#script = script;
    this.#requests = [];
    this.#problems = [];
  }

  /** Every request since the script began. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** What went otherwise than scripted: a tool that the agent does not have, a request that could not be read. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.url).pathname;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body: unknown = text.startsWith('{') ? JSON.parse(text) : text;
    this.#requests.push({ path, body });
    const asked = request.method === 'POST' ? this.api.read(path, body) : undefined;
    if (!asked) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    const answer = this.api.answer(this.#reply(asked), String(++this.#answers), asked.stream);
    response.writeHead(200, { 'content-type': answer.contentType }).end(answer.body);
  }

  #reply({ tools, answers, userText }: ModelRequest): Reply {
    if (tools.length === 0) return { text: 'ok' };
    const { main, subagent } = this.#script;
    const replies = subagent && userText.includes(subagent.word) ? subagent.replies : main;
    const scripted = replies[Math.min(answers.length, replies.length - 1)] ?? { text: 'ok' };
    const reply = typeof scripted === 'function' ? scripted(answers.at(-1) ?? '') : scripted;
    if ('tool' in reply && !tools.includes(reply.tool)) {
      this.#problems.push(`There is no tool ${reply.tool} among ${tools.join(', ')}.`);
      return { text: 'ok' };
    }
    return reply;
  }
}
