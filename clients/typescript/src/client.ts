// A small client of the API: what every app needs around its documents (docs/clients.md), on fetch alone.
import { Refresh, SignIn, type DeviceInput } from "./generated.js";

/** One of clients/operations/, by name; `id` is the SHA-256 of its file's text. */
export interface TrustedDocument<Result, Variables> {
  readonly name: string;
  readonly kind: string;
  readonly id: string;
  readonly text: string;
  /** Never there; it carries the types. */
  readonly types?: (variables: Variables) => Result;
}

/** Why something was not done or not answered: a code for the program, a message for the person. */
export interface Problem {
  code: string;
  message: string;
  field?: string | null;
}

export type Answer<Result> =
  /** `partial` tells of fields that were refused alone; `unchanged`: the server said 304. */
  | { ok: true; data: Result; partial: Problem[]; unchanged: boolean }
  /** `status` is 0 where the server was not reached. */
  | { ok: false; status: number; problems: Problem[] };

type Failure = Extract<Answer<never>, { ok: false }>;

export interface Session {
  accessToken: string;
  refreshToken: string;
}

export interface Options {
  /** Such as https://sotay.example.vn */
  address: string;
  language?: "vi" | "en";
  /** A session kept from an earlier run, and where each change of it goes: the keychain of the device. */
  session?: Session | null;
  keep?: (session: Session | null) => void;
  fetch?: typeof fetch;
}

interface Body {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

const KEPT_ANSWERS = 200;
// The server takes 4 KB of variables in an address.
const LONGEST_VARIABLES = 4096;
// The session is over for good; with any other code the refresh token is still worth keeping.
const OVER = new Set(["UNAUTHENTICATED", "EXPIRED"]);

export class Sotay {
  readonly #options: Options;
  readonly #fetch: typeof fetch;
  #session: Session | null;
  #renewing: Promise<Failure | null> | null = null;
  /** Answers by address and their ETags. Replaced when somebody else signs in: late answers land in the old one. */
  #answers = new Map<string, { etag: string; body: Body }>();

  constructor(options: Options) {
    this.#options = options;
    this.#fetch = options.fetch ?? fetch;
    this.#session = options.session ?? null;
  }

  get signedIn(): boolean {
    return this.#session !== null;
  }

  async signIn(username: string, password: string, device: DeviceInput): Promise<Answer<Session>> {
    const answer = await this.#post(SignIn, { username, password, device }, null);
    if (!answer.ok) return answer;
    const payload = answer.data.signIn;
    if (!payload?.session) return { ok: false, status: 200, problems: payload?.errors ?? [] };
    this.#hold(payload.session);
    return { ...answer, data: payload.session };
  }

  /** Forgets the session on this device. */
  forget(): void {
    this.#hold(null);
  }

  /** Reads: a GET that caches understand; what has not changed since costs a few hundred bytes. */
  query<Result, Variables>(document: TrustedDocument<Result, Variables>, variables: Variables): Promise<Answer<Result>> {
    const long = encodeURIComponent(JSON.stringify(variables)).length > LONGEST_VARIABLES;
    return this.#authorized((token) =>
      long ? this.#post(document, variables, token) : this.#get(document, variables, token),
    );
  }

  /** Writes. Refusals are data: look at `errors` of the payload. */
  mutate<Result, Variables>(document: TrustedDocument<Result, Variables>, variables: Variables): Promise<Answer<Result>> {
    return this.#authorized((token) => this.#post(document, variables, token));
  }

  /** A picture or file by the address that an answer gave. The token goes to our own server and nowhere else. */
  async file(address: string): Promise<Response> {
    const ours = new URL(address).origin === new URL(this.#options.address).origin;
    const send = (token: string | null) => this.#fetch(address, { headers: this.#headers(ours ? token : null) });
    const token = this.#session?.accessToken ?? null;
    const response = await send(token);
    if (response.status !== 401 || !ours || token === null) return response;
    await this.#renew(token);
    return this.#session ? send(this.#session.accessToken) : response;
  }

  async #authorized<Result>(send: (token: string | null) => Promise<Answer<Result>>): Promise<Answer<Result>> {
    const token = this.#session?.accessToken ?? null;
    const answers = this.#answers;
    const answer = await send(token);
    if (answer.ok || answer.status !== 401 || token === null) return answer;
    const failure = await this.#renew(token);
    // Never as the public or as somebody else: who asked was the one whose token it was.
    return failure ?? (this.#session && this.#answers === answers ? send(this.#session.accessToken) : answer);
  }

  /** Renews the session once, however many requests ask for it at the same time. */
  #renew(spent: string): Promise<Failure | null> {
    const session = this.#session;
    if (session === null || session.accessToken !== spent) return this.#renewing ?? Promise.resolve(null);
    this.#renewing ??= this.#refresh(session).finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #refresh(session: Session): Promise<Failure | null> {
    let answer = await this.#post(Refresh, { refreshToken: session.refreshToken }, null);
    // The answer was lost on the way: for 30 seconds the same token brings the same successor.
    if (!answer.ok && answer.status === 0) {
      answer = await this.#post(Refresh, { refreshToken: session.refreshToken }, null);
    }
    if (!answer.ok) return answer;
    const payload = answer.data.refreshSession;
    const problems: Problem[] = payload?.errors ?? [];
    const current = this.#session === session; // or somebody signed in or out meanwhile
    if (payload?.session) {
      if (current) this.#keep(payload.session);
      return null;
    }
    if (current && problems.some((problem) => OVER.has(problem.code))) this.#hold(null);
    return { ok: false, status: 401, problems };
  }

  /** Somebody else from now on. */
  #hold(session: Session | null): void {
    this.#answers = new Map();
    this.#keep(session);
  }

  #keep(session: Session | null): void {
    this.#session = session && { accessToken: session.accessToken, refreshToken: session.refreshToken };
    this.#options.keep?.(this.#session);
  }

  async #get<Result, Variables>(
    document: TrustedDocument<Result, Variables>,
    variables: Variables,
    token: string | null,
  ): Promise<Answer<Result>> {
    const asked = new URLSearchParams({
      id: document.id,
      operationName: document.name,
      variables: JSON.stringify(variables),
    });
    const address = `${this.#options.address}/graphql?${asked}`;
    const answers = this.#answers;
    const kept = answers.get(address);
    const headers = this.#headers(token);
    if (kept) headers["If-None-Match"] = kept.etag;
    return this.#answered<Result>(address, { headers }, (response, body) => {
      if (response.status === 304) return kept?.body ?? {};
      const etag = response.headers.get("ETag");
      if (response.ok && etag) {
        answers.delete(address);
        answers.set(address, { etag, body });
        if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value!);
      }
      return body;
    });
  }

  #post<Result, Variables>(
    document: TrustedDocument<Result, Variables>,
    variables: Variables,
    token: string | null,
  ): Promise<Answer<Result>> {
    return this.#answered<Result>(
      `${this.#options.address}/graphql`,
      {
        method: "POST",
        headers: { ...this.#headers(token), "Content-Type": "application/json" },
        body: JSON.stringify({ query: document.text, operationName: document.name, variables }),
      },
      (_response, body) => body,
    );
  }

  async #answered<Result>(
    address: string,
    init: RequestInit,
    chosen: (response: Response, body: Body) => Body,
  ): Promise<Answer<Result>> {
    let response: Response;
    let body: Body = {};
    try {
      response = await this.#fetch(address, init);
      const text = await response.text();
      if (text && response.headers.get("Content-Type")?.startsWith("application/json")) body = JSON.parse(text) as Body;
    } catch (error) {
      return { ok: false, status: 0, problems: [{ code: "OFFLINE", message: String(error) }] };
    }
    body = chosen(response, body);
    const problems = (body.errors ?? []).map(({ message, extensions }) => ({
      code: extensions?.code ?? "INTERNAL",
      message,
    }));
    const unchanged = response.status === 304;
    if ((response.ok || unchanged) && body.data) {
      return { ok: true, data: body.data as Result, partial: problems, unchanged };
    }
    if (problems.length === 0) problems.push({ code: "INTERNAL", message: `HTTP ${response.status}` });
    return { ok: false, status: response.status, problems };
  }

  #headers(token: string | null): Record<string, string> {
    const headers: Record<string, string> = { "Accept-Language": this.#options.language ?? "vi" };
    if (token !== null) headers["Authorization"] = `Bearer ${token}`;
    return headers;
  }
}
